"""The forms of accounts."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField, RadioField, StringField
from wtforms.validators import DataRequired, Email, EqualTo, Length

from ptm_participation.accounts.access import Role
from ptm_participation.accounts.service import SHORTEST_PASSWORD
from ptm_participation.core.forms import PtmForm, labelled


class SignInForm(PtmForm):
    email = EmailField(
        _l("E-mail"),
        [DataRequired(_l("Write your e-mail address.")), Length(max=254)],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        _l("Password"),
        [DataRequired(_l("Write your password.")), Length(max=200)],
        render_kw={"autocomplete": "current-password"},
    )


class NewPasswordForm(PtmForm):
    password = PasswordField(
        _l("New password"),
        [
            DataRequired(_l("Write a password.")),
            Length(SHORTEST_PASSWORD, 200, _l("Use at least 12 characters.")),
        ],
        description=_l("At least 12 characters. Three or four words in a row do well."),
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _l("The same password again"),
        [EqualTo("password", _l("The two passwords differ."))],
        render_kw={"autocomplete": "new-password"},
    )


class UserForm(PtmForm):
    email = EmailField(
        _l("E-mail"),
        [
            DataRequired(_l("Write the e-mail address.")),
            Email(_l("This e-mail address is not complete.")),
            Length(max=254),
        ],
    )
    name = StringField(
        _l("Name and surname"),
        [
            DataRequired(_l("The name is missing.")),
            Length(max=120, message=_l("At most 120 characters.")),
        ],
    )
    role = RadioField(
        _l("Role"),
        [DataRequired(_l("Choose a role."))],
        choices=labelled(Role),
        default=Role.STAFF.value,
    )


class RoleForm(PtmForm):
    role = RadioField(
        _l("Role"),
        [DataRequired(_l("Choose a role."))],
        choices=labelled(Role),
    )


class ConfirmForm(PtmForm):
    """A button that does something: no field but the token."""
