"""A newcomer finds a paper with readers of every kind, and can get in."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from django.contrib.auth import authenticate as sign_in
from django.core.management import CommandError, call_command

from moderation.accounts.api_keys import authenticate
from moderation.importing.demo import EDITOR, demo_access
from moderation.models import Comment, Decision, Moderator, Site, Source, Status, Story
from moderation.scoring.drain import drain

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data_folder(settings: object, tmp_path: Path) -> Path:
    settings.DATA_FOLDER = str(tmp_path / "var")
    return tmp_path / "var"


def test_it_works(data_folder: Path) -> None:
    call_command("demo")
    access = demo_access()
    site = Site.objects.get(slug=access["site"])
    assert site.name == "The Daily" and site.reader_pages
    assert Story.objects.filter(site=site, external_id=access["story_id"]).exists()
    stories = Story.objects.filter(site=site)
    assert len(stories) == 3
    assert all(300 <= len(story.body.split()) <= 500 for story in stories)
    caller = authenticate(access["api_key"])
    assert caller and caller.site == site
    assert sign_in(username=access["login"], password=access["password"])
    assert sign_in(username=EDITOR, password=access["password"])
    assert Moderator.objects.filter(site=site).count() == 2
    file = data_folder / "demo.json"
    assert json.loads(file.read_text()) == access
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_its_comments_wait_for_the_worker_and_some_readers_have_a_past(data_folder: Path) -> None:
    call_command("demo")
    assert 35 <= Comment.objects.filter(status=Status.PENDING).count() <= 45
    assert Decision.objects.filter(source=Source.IMPORT).count() >= 10
    assert not Decision.objects.exclude(source=Source.IMPORT).exists()
    assert Comment.objects.filter(author__external_id="r-anders", status="approved").count() == 3
    assert Comment.objects.filter(parent__isnull=False).count() > 10


def test_a_second_run_changes_nothing() -> None:
    call_command("demo")
    before = (demo_access(), Comment.objects.count(), list(Decision.objects.values_list("pk")))
    call_command("demo")
    assert before == (
        demo_access(),
        Comment.objects.count(),
        list(Decision.objects.values_list("pk")),
    )


def test_a_lost_file_is_made_anew(data_folder: Path) -> None:
    call_command("demo")
    former = demo_access()
    (data_folder / "demo.json").unlink()
    access = demo_access()
    assert authenticate(access["api_key"])
    assert not sign_in(username=access["login"], password=former["password"])
    assert sign_in(username=access["login"], password=access["password"])


def test_it_leaves_other_people_s_databases_alone() -> None:
    Site.objects.create(slug="herald", name="The Herald")
    call_command("demo")
    assert Site.objects.count() == 1
    assert demo_access() == {}
    call_command("demo", "--force")
    assert demo_access()["site"] == "daily"


def test_it_refuses_to_take_over_a_site(daily: Site) -> None:
    call_command("demo")
    assert demo_access() == {}
    with pytest.raises(CommandError, match="not the demo"):
        call_command("demo", "--force")


def test_the_worker_finds_something_to_say_about_every_comment() -> None:
    call_command("demo")
    assert drain() >= 35
    statuses = dict.fromkeys(Comment.objects.values_list("status", flat=True))
    assert set(statuses) == {Status.APPROVED, Status.IN_REVIEW, Status.REJECTED}
