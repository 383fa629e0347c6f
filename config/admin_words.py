"""Sentences of Django's admin whose own Korean reads badly: named here, the catalogue has ours."""

from django.utils.translation import gettext_noop, ngettext_lazy

ADMIN_WORDS = frozenset(
    {
        gettext_noop("Select %s to view"),
        gettext_noop("View %s"),
        gettext_noop("Select %s to change"),
        gettext_noop(" By %(filter_title)s "),
        gettext_noop("Start typing to filter…"),
        gettext_noop("Save and add another"),
        gettext_noop("Save and continue editing"),
        gettext_noop("Save as new"),
        gettext_noop("History"),
        gettext_noop("Change history: %s"),
        gettext_noop("Welcome,"),
        gettext_noop("users"),
        gettext_noop("Add another %(verbose_name)s"),
        gettext_noop("Delete selected %(verbose_name_plural)s"),
        gettext_noop("Successfully deleted %(count)d %(items)s."),
        gettext_noop("The %(name)s “%(obj)s” was deleted successfully."),
        gettext_noop("The {name} “{obj}” was added successfully."),
        gettext_noop("The {name} “{obj}” was changed successfully."),
        gettext_noop("%(name)s with ID “%(key)s” doesn’t exist. Perhaps it was deleted?"),
        gettext_noop(
            'Are you sure you want to delete the %(object_name)s "%(escaped_object)s"? '
            "All of the following related items will be deleted:"
        ),
        gettext_noop("%(model_name)s with this %(field_label)s already exists."),
        gettext_noop("%(model_name)s with this %(field_labels)s already exists."),
        gettext_noop("Select a valid choice. %(value)s is not one of the available choices."),
    }
)
CHANGED = ngettext_lazy(
    "%(count)s %(name)s was changed successfully.",
    "%(count)s %(name)s were changed successfully.",
    "count",
)
