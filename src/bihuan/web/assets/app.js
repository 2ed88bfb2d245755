// Everything that runs in the reader's browser. Every page also works without it as plain forms and links.
import "./js/htmx.js";
import { startAttaching } from "./js/attaching.js";
import { startChoosing } from "./js/choosing.js";
import { startClock } from "./js/clock.js";
import { startForms } from "./js/forms.js";
import { startDrafts } from "./js/drafts.js";
import { startKeys } from "./js/keys.js";
import { startLists } from "./js/lists.js";
import { startMissing } from "./js/missing.js";
import { startLooking } from "./js/looking.js";
import { startPopovers } from "./js/popovers.js";
import { startSaying } from "./js/saying.js";
import { startSending } from "./js/sending.js";
import { startSigning } from "./js/signing.js";
import { startSuggesting } from "./js/suggesting.js";
import { startTrying } from "./js/trying.js";

startClock();
startSaying();
startDrafts();
startMissing();
startForms();
startSending();
startSigning();
startSuggesting();
startAttaching();
startLists();
startChoosing();
startLooking();
startPopovers();
startTrying();
// Once htmx has taken up the page, which is the first thing it loads: a key may press what is htmx's.
document.addEventListener("htmx:load", startKeys, { once: true });
