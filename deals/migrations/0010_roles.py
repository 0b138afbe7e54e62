"""The roles as groups, and the enterprises of a person. Who could sign in before keeps what they could do: who edited
becomes an officer, everybody else, who saw everything, a viewer."""

from django.db import migrations, models

from deals.management import roles

ROLES = ["administrators", "stewards", "reviewers", "officers", "viewers", "auditors", "respondents"]


def make_roles(apps, schema_editor):
    edits = models.Q(user_permissions__codename="change_deal") | models.Q(groups__permissions__codename="change_deal")
    people = apps.get_model("deals", "User").objects.filter(is_active=True, is_superuser=False)
    editing = set(people.filter(edits, is_staff=True).values_list("pk", flat=True))
    roles.remake(apps, schema_editor)
    groups = {group.name: group for group in apps.get_model("auth", "Group").objects.filter(name__in=ROLES)}
    for person in people.exclude(groups__name__in=ROLES):
        person.groups.add(groups["officers" if person.pk in editing else "viewers"])


class Migration(migrations.Migration):

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("deals", "0009_audit"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="enterprises",
            field=models.ManyToManyField(
                blank=True,
                help_text="With all below them. An officer changes only deals of these; none means all. A respondent sees only these; none means nothing.",
                related_name="+",
                to="deals.enterprise",
                verbose_name="enterprises",
            ),
        ),
        migrations.RunPython(make_roles, migrations.RunPython.noop),
    ]
