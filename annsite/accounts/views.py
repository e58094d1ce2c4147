"""Pages of the account: sign up, and API tokens. Sign-in and passwords are Django's."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import (
    LoginView,
    PasswordChangeView,
    PasswordResetConfirmView,
    PasswordResetView,
)
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django.views.generic import FormView

from annsite.accounts import services
from annsite.accounts.forms import ResetForm, SignInForm, SignUpForm, TokenForm
from annsite.accounts.models import ApiToken

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


class FormPage(FormView[Any]):
    """Make Django's form pages answer as ours do: 405 to other methods, 422 to a refused form."""

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return super().dispatch(request, *args, **kwargs)

    def form_invalid(self, form: Any) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 422
        return response


class SignIn(FormPage, LoginView):
    authentication_form = SignInForm
    redirect_authenticated_user = True


class ChangePassword(FormPage, PasswordChangeView):
    pass


class AskForReset(FormPage, PasswordResetView):
    form_class = ResetForm


class SetNewPassword(FormPage, PasswordResetConfirmView):
    pass


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Make an account, sign in, and go back to where the person was."""
    form = SignUpForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        user = services.sign_up(
            username=form.cleaned_data["username"],
            email=form.cleaned_data["email"],
            password=form.cleaned_data["password1"],
        )
        login(request, user, backend=MODEL_BACKEND)
        return redirect(_next_page(request))
    context = {"form": form, "next": request.POST.get("next") or request.GET.get("next", "")}
    return render(request, "accounts/signup.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """List the person's tokens; make one and show it once."""
    form = TokenForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form, "new_token": None}
    if request.method == "POST" and form.is_valid():
        _, context["new_token"] = services.create_token(
            user=_person(request), now=timezone.now(), **form.cleaned_data
        )
        context["form"] = TokenForm()
    context["tokens"] = ApiToken.objects.valid(timezone.now()).filter(user=_person(request))
    return render(request, "accounts/tokens.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke one of the person's own tokens."""
    if services.revoke_token(user=_person(request), pk=pk, now=timezone.now()):
        messages.success(request, "The token is revoked. Programs that use it are refused from now on.")
    return redirect("token-list")


def _person(request: HttpRequest) -> Any:
    return request.user


def _next_page(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return resolve_url("lessons:syllabus")
