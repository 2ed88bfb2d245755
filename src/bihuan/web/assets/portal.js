// What runs in a customer's browser, and where people sign in: little, for slow lines. Every page works without it.
import { startClock } from "./js/clock.js";
import { startDrafts } from "./js/drafts.js";
import { startForms } from "./js/forms.js";
import { startPhotos } from "./js/photos.js";
import { startProof } from "./js/proof.js";
import { startSaying } from "./js/saying.js";

startClock();
startSaying();
startDrafts();
startForms();
startPhotos();
startProof();
document.documentElement.dataset.live = "yes";
