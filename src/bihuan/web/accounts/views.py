"""An invitation: whoever holds it chooses the password of an account made for them."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from bihuan.desk import people
from bihuan.engine.refusal import Refusal
from bihuan.web import outside
from bihuan.web.addresses import address
from bihuan.web.shell import now


@sensitive_post_parameters("password", "password_again")
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a password once; the link works for seven days."""
    person = people.invited(token, now=now())
    if person is None or person.user is None:
        return outside.show(request, "account/invitation_gone.jinja", status=404)
    errors: dict[str, str] = {}
    if request.method == "POST":
        password = request.POST.get("password", "")
        if password != request.POST.get("password_again", ""):
            errors["password_again"] = _("This is not the same password.")
        else:
            done = people.accept_invitation(token, password, now=now())
            if not isinstance(done, Refusal):
                request.session["said"] = _("The password is set. Sign in with it.")
                return HttpResponseRedirect(address("account_login"))
            errors[done.field] = done.text.in_(translation.get_language() or "zh")
    context = {
        "token": token,
        "name": person.name,
        "username": person.user.username,
        "errors": errors,
    }
    return outside.show(request, "account/invitation.jinja", context, status=422 if errors else 200)
