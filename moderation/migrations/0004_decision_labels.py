"""People's decisions found at once among the policy's: they are the labels of training."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0003_webhook_pause"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                condition=models.Q(("source__in", ["moderator", "appeal", "import"])),
                fields=["site", "-id"],
                name="decision_labels",
            ),
        ),
    ]
