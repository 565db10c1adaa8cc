"""What `up` says at the end."""

from __future__ import annotations

import json
import re

from moderation.standalone.startup import welcome

ACCESS = {
    "login": "mona@daily.example",
    "editor": "owen@daily.example",
    "password": "tulip-pond",
    "api_key": "mk_1",
    "story_id": "ferry",
    "site": "daily",
}


def test_it_names_every_door_and_a_comment_that_is_json():
    block = welcome("http://localhost:8001", ACCESS, 1.25)
    people = ("mona@daily.example   tulip-pond", "owen@daily.example")
    for part in ("/review/", *people, "/policy/daily/", "Bearer mk_1"):
        assert part in block
    assert json.loads(re.search("-d '(.*)'", block)[1])["story"] == {"id": "ferry"}


def test_without_a_demo_it_still_says_where_everything_is():
    block = welcome("https://comments.example.org", {}, 1.0)
    assert "https://comments.example.org/review/" in block
    assert "sign in" not in block
    assert "curl" not in block
