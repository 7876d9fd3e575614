"""A brief: the request, the map, what was done lately, what is claimed, and the documents that matter."""

from fakes.catalog import agent
from fakes.world import World
from kinos.domain.team import Agent
from kinos.engine.observation import CONTEXT
from kinos.engine.view import RECENT

ANN = agent("ann")


async def test_a_brief_holds_everything_an_agent_observes() -> None:
    world = World({"demande.md": "Write a guide.\n", "a.md": "one\r\ntwo\r\n", "b.md": "three\n"})
    await world.session.open()
    world.session._claims.keep("c1", ["B.md"])
    world.session._memory.said_nothing("bob", "all is well")
    brief = await world.session._view.brief(ANN)
    assert (brief.agent, brief.phase) == ("ann", "EXPANSION")
    assert (brief.request_path, brief.request) == ("demande.md", "Write a guide.\n")
    assert "└── 📄 demande.md" in brief.project_map
    assert brief.recent == ["bob found nothing to do: all is well"]
    assert brief.claimed == ["b.md"]
    assert [(exhibit.path, exhibit.text) for exhibit in brief.exhibits] == [("a.md", "one\ntwo\n")]


async def test_an_agent_is_told_of_its_own_work_before_what_the_team_did_lately() -> None:
    world = World({"a.md": "one\n"})
    await world.session.open()
    world.session._memory.said_nothing("ann", "the guide is complete")
    for number in range(30):
        world.session._memory.said_nothing("bob", f"all is well, {number}")
    told = "ann found nothing to do: the guide is complete"
    assert told in (await world.session._view.brief(ANN)).recent
    assert told not in (await world.session._view.brief(agent("bob"))).recent


async def test_of_a_long_history_the_latest_is_told_and_the_documents_keep_their_room() -> None:
    world = World({"a.md": "one\n"})
    await world.session.open()
    for number in range(30):
        world.session._memory.said_nothing("ann", f"number {number}: {'word ' * 400}")
    recent = (await world.session._view.brief(ANN)).recent
    assert 1000 < await world.session.sizes.count("\n".join(recent)) <= RECENT
    assert recent[0].startswith("ann found nothing to do: number 29: ")


async def test_what_was_shown_is_remembered_so_that_everything_is_seen_in_time() -> None:
    world = World({"a.md": "one\n"})
    await world.session.open()
    await world.session._view.brief(ANN)
    await world.session._view.brief(ANN)
    assert world.session._memory.seen("ann")["a.md"] == 2


async def test_the_request_is_looked_for_under_its_three_names() -> None:
    names = ["demande.md", "request.md", ".aider.mission.md"]
    for at, name in enumerate(names):
        world = World({other: f"{other}\n" for other in names[at:]})
        assert world.session._view.request() == (name, f"{name}\n")
    assert World({}).session._view.request() == ("demande.md", "")


async def test_an_open_request_is_read_as_the_person_has_it_now() -> None:
    world = World({"demande.md": "old\n"}, editor=True)
    assert world.editor
    await world.session.open()
    world.open("demande.md")
    world.editor.replace("demande.md", "new\n")
    assert world.session._view.request() == ("demande.md", "new\n")


async def test_what_cannot_be_read_is_not_shown() -> None:
    world = World({"a.md": b"\xff", "b.md": "x\n", "c.md": "y\n"})
    await world.session.open()
    world.disk.locked = {"b.md"}
    brief = await world.session._view.brief(ANN)
    assert [exhibit.path for exhibit in brief.exhibits] == ["c.md"]


async def test_who_works_on_code_sees_it_and_it_counts_for_nothing() -> None:
    code = {"src/convert.py": "def celsius(): ...\n", "src/taken.py": "x = 1\n", "logo.png": b"\x89PNG"}
    world = World({"a.md": "one\n", **code})
    await world.session.open()
    world.session._claims.keep("c1", ["src/taken.py"])
    brief = await world.session._view.brief(Agent("bob", "r", "You code.", edits=("**/*",)))
    assert brief.files.files == (("src/convert.py", 19), ("src/taken.py", 6))
    assert [(exhibit.path, exhibit.text) for exhibit in brief.sources] == [("src/convert.py", "def celsius(): ...\n")]
    assert [exhibit.path for exhibit in brief.exhibits] == ["a.md"]
    assert "convert.py" not in brief.project_map
    assert world.session.sizes.documents.total == 1
    assert world.session._memory.seen("bob")["src/convert.py"] == 1


async def test_who_works_on_documents_alone_sees_no_code() -> None:
    world = World({"a.md": "one\n", "src/convert.py": "x\n"})
    await world.session.open()
    brief = await world.session._view.brief(ANN)
    assert (brief.files.files, brief.sources) == ((), ())


async def test_a_brief_of_the_largest_workspace_stays_within_its_budget() -> None:
    words = "word " * 30
    files = {f"docs/part{number % 40}/deep/page{number}.md": f"# Page {number}\n{words}\n" for number in range(2000)}
    long = {f"long{number}.md": "word " * 5000 for number in range(10)}
    request = "".join(f"Describe lamp {number} of the tower.\n" for number in range(5000))
    world = World({**files, **long, "demande.md": request})
    await world.session.open()
    world.session._memory.touched(long)
    world.session._claims.keep("c1", [f"docs/part0/deep/page{number}.md" for number in range(2000)])
    for number in range(400):
        world.session._memory.said_nothing("ann", f"number {number}: {words}")
    brief = await world.session._view.brief(ANN)
    assert await world.session.sizes.count(brief.render()) <= CONTEXT
    assert "more lines, left out here" in brief.request
    assert "/ (50 documents," in brief.project_map
    assert [exhibit.reason for exhibit in brief.exhibits][:2] == ["changed lately"] * 2, (
        "there is room for them all the same"
    )
    assert brief.recent[0].startswith("ann found nothing to do: number 399")


async def test_a_small_map_is_shown_whole() -> None:
    world = World({f"a/b/c/d/e/page{number}.md": "words\n" for number in range(20)})
    await world.session.open()
    assert "📄 page19.md" in (await world.session._view.brief(ANN)).project_map
