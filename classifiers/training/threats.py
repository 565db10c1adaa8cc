"""Words that the templates in threats.toml are filled with."""

from __future__ import annotations

WHO = ("you", "your family", "your kids", "that mayor", "this reporter", "every one of you",
        "the author", "these people", "him", "her", "them", "you all", "your wife", "the senator",
        "that woman", "this guy", "the whole council", "you and your friends", "the owner",
        "that teacher", "your mother", "the coach", "everybody in that office")  # fmt: skip
ONE = ("you", "you", "you", "you", "you all", "him", "her", "them", "that man")
WHEN = ("", "tonight", "tomorrow", "soon", "one day", "when you least expect it", "next week")
HURT = ("kill", "murder", "shoot", "stab", "hurt", "beat up", "strangle", "burn", "hang", "hunt",
         "find and kill", "cut", "run over", "destroy", "smash the face of", "slaughter",
         "put a bullet in", "break the legs of", "come for", "blow up", "knife", "drown", "bury",
         "poison", "choke", "gut", "set fire to", "crush", "behead", "throttle", "batter",
         "punch", "skin", "torture", "execute", "hit", "make an end of", "finish off")  # fmt: skip
HURTFUL = ("kill you", "hurt you", "beat you up", "break your neck", "smash your face in",
           "cut your throat", "put you in hospital", "make you bleed", "end your life",
           "break every bone in your body", "rip your head off", "shoot you", "bury you",
           "burn your car", "burn your house down", "knock you out", "make you scream",
           "tear you apart", "stab you", "run you over", "kick your teeth in")  # fmt: skip
KINDLY = ("help you", "call you back", "show you the garden", "explain it to you", "miss you",
          "buy you a coffee", "vote for you", "send you the minutes", "listen to you",
          "thank you", "prove you wrong", "drive you home", "tell you more", "meet you there",
          "fix your bike", "lend you the book", "give you an answer")  # fmt: skip
COCK = ("cock", "dick", "penis", "dong")
HOLE = ("pussy", "ass", "mouth", "cunt", "arse", "vagina")
BODY = ("tits", "boobs", "dick", "cock", "pussy", "ass", "naked body", "nipples", "panties")
