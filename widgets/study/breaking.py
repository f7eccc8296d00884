"""The studies that break things, as a person sees them: chaos and metastability."""

from __future__ import annotations

from typing import Final

from widgets.study.fields import Choice, Field, Kind

EACH: Final = (
    Choice("node", "Each node but the clients"),
    Choice("link", "Each link"),
    Choice("frame", "Each frame, of whatever kind"),
    Choice("zone", "Each zone"),
    Choice("region", "Each region"),
    Choice("host", "Each host"),
    Choice("cell", "Each cell"),
    Choice("trust_zone", "Each trust zone"),
    Choice("group", "Each group"),
)
FAULTS: Final = (
    Choice("kill", "All instances die"),
    Choice("slow", "Work takes longer; a link takes longer to cross"),
    Choice("cut", "Nothing comes through its links"),
)
TRIGGERS: Final = (
    *FAULTS,
    Choice("traffic", "More requests come"),
    Choice("flush", "Caches forget everything"),
)

CHAOS: Final = Kind(
    "chaos",
    "Chaos",
    "What does the failure of each part cost, and whom?",
    (
        Field(
            "each",
            "Each",
            "",
            "What is taken down in turn: node, link, zone. Several with commas between.",
            "words",
            optional=True,
            usual="everything",
            offers=EACH,
        ),
        Field(
            "target",
            "Or these",
            "",
            "Nodes, links and frames by their ids, with commas between.",
            "items",
            optional=True,
        ),
        Field(
            "fault",
            "How",
            "",
            "Kill, slow or cut; several with commas between. Nodes and frames are killed, links cut otherwise.",
            "words",
            optional=True,
            usual="kill; links: cut",
            offers=FAULTS,
        ),
        Field(
            "abort",
            "Abort if",
            "",
            "The stated bound: a fault ends at once where it holds, such as users.availability < 0.5. "
            "Several with commas between.",
            optional=True,
            usual="metric < value",
        ),
        Field("window", "Held for", "5s", "Over how long that is measured, again and again."),
        Field(
            "at",
            "Begins at",
            "",
            "When each fault begins, in simulated time.",
            optional=True,
            usual="end of warm-up",
        ),
        Field(
            "for",
            "Lasts",
            "",
            "How long each lasts; the rest shows whether it is over.",
            optional=True,
            usual="half of what is left",
        ),
        Field(
            "factor",
            "Slow ×",
            "",
            "Times longer work of what is slow.",
            optional=True,
            usual="10",
        ),
        Field(
            "delay",
            "Link delay",
            "",
            "Added to each crossing of a slow link.",
            optional=True,
            usual="200 ms",
        ),
        Field(
            "instances",
            "Instances",
            "",
            "How many instances of a node are hit.",
            optional=True,
            usual="all",
        ),
        Field("tolerance", "May lose", "5 %", "Share of its goodput that a client may lose."),
        Field("seeds", "Runs each", "1", "All run under the same seeds as the design undisturbed."),
    ),
)
METASTABILITY: Final = Kind(
    "metastability",
    "Metastability",
    "Does it stay down when the trigger is over?",
    (
        Field(
            "trigger",
            "Trigger",
            "",
            "Slow, kill, cut, traffic or flush; by itself what the scenario does and undoes, or else what "
            "the likeliest node fears.",
            "word",
            optional=True,
            usual="the scenario's",
            offers=TRIGGERS,
        ),
        Field(
            "target", "Of", "", "What is triggered.", "item", optional=True, usual="the likeliest"
        ),
        Field("for", "Lasts", "", "How long the trigger lasts.", optional=True, usual="10 s"),
        Field(
            "factor",
            "Strength ×",
            "",
            "Times longer work, or times the traffic.",
            optional=True,
            usual="10",
        ),
        Field(
            "watch",
            "Watched",
            "",
            "How long a run is watched after its trigger.",
            optional=True,
            usual="as draining takes",
        ),
        Field(
            "over",
            "Loads",
            "",
            "Lowest and highest load of the ramp, as on the dial: 0.3:1.2.",
            optional=True,
            usual="around the band",
        ),
        Field("levels", "Levels", "9", "Levels of the ramp on its way up."),
        Field("hold", "Held", "60s", "How long each level is held."),
        Field(
            "tolerance",
            "May miss",
            "10 %",
            "Share of the goodput that may be missing where it counts as back.",
        ),
        Field("seeds", "Runs each", "1", "More runs: a verdict holds under every seed."),
    ),
)
