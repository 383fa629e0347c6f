"""What a permission lets a person do, in the reader's words."""

from django.contrib.auth.models import Permission
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

_ACTIONS = {
    "view": pgettext_lazy("permission", "view"),
    "add": pgettext_lazy("permission", "add"),
    "change": pgettext_lazy("permission", "change"),
    "delete": pgettext_lazy("permission", "delete"),
}


def permission_words(permission: Permission) -> str:
    """For example `guide: change`; a permission with words of its own is told by them.

    Reads the permission's content type.
    """
    model = permission.content_type.model_class()
    name = str(model._meta.verbose_name) if model else permission.content_type.model
    action, _, rest = permission.codename.partition("_")
    if action in _ACTIONS and rest == permission.content_type.model:
        return f"{name}: {_ACTIONS[action]}"
    return f"{name}: {gettext(permission.name)}"


NO_ROLE = gettext_lazy("no role")
