"""Who works on a host: pinned to its cards as its operator wants it, and to its processors."""

from __future__ import annotations

import pytest

from farm.policy.placement import Device, Layout, Post, check_numbers, find_post, layout_of, place
from farm.policy.pools import plain_of
from pipeline.plan.errors import InputError

ABLE = ("join", "archive", "render.warp", "render.wav2lip", "speak", "speak.coqui", "write.transformers")
ON_CARDS = frozenset({"render.wav2lip", "speak.coqui", "write.transformers"})
REST = ("join", "archive", "render.warp", "speak")
CARDS = tuple(Device(uuid=f"GPU-{number}abc", label=str(number), name="L4") for number in range(3))
SLICES = (
    Device(uuid="GPU-0abc", label="0"),
    Device(uuid="MIG-a", label="1.0"),
    Device(uuid="MIG-b", label="1.1"),
)


def layout(
    *,
    devices: str = "auto",
    card_stages: str = "render speak listen write",
    card_shares: str = "1",
    pools: str = "",
    count: int = 1,
    cores: int = 8,
) -> Layout:
    """A layout as the settings tell it, by default as they are shipped, with one worker on processors."""
    return layout_of(
        devices=devices,
        card_stages=card_stages,
        card_shares=card_shares,
        pools=pools,
        count=count,
        cores=cores,
    )


def placed(devices: tuple[Device, ...], wish: Layout) -> dict[str, Post]:
    """The posts of a host by their names, which nobody shares."""
    posts = place(devices, able=ABLE, on_cards=ON_CARDS, layout=wish)
    assert len({post.name for post in posts}) == len(posts)
    assert {plain_of(each) for post in posts for each in post.capabilities} == set(ABLE)
    return {post.name: post for post in posts}


def test_each_card_has_a_worker_that_sees_no_other() -> None:
    """By UUID; what no card is needed for is done by processors, which see none."""
    posts = placed(CARDS, layout())
    assert list(posts) == ["render-0", "render-1", "render-2", "cpu0"]
    for card in CARDS:
        post = posts[f"render-{card.label}"]
        assert (post.device, post.environment) == (card.uuid, {"CUDA_VISIBLE_DEVICES": card.uuid})
        assert set(post.capabilities) == ON_CARDS
    assert posts["cpu0"].capabilities == REST
    assert posts["cpu0"].environment == {"CUDA_VISIBLE_DEVICES": ""}


def test_one_card_speaks_and_writes_and_the_others_render() -> None:
    """As card_stages says; the last entry stands for all further cards."""
    posts = placed(CARDS, layout(card_stages="speak listen write, render", pools="talk, l4, cpu"))
    assert list(posts) == ["speak-0", "render-1", "render-2", "cpu0"]
    assert posts["speak-0"].capabilities == ("speak.coqui", "write.transformers")
    assert posts["render-1"].capabilities == ("render.wav2lip@l4",)
    assert [post.pool for post in posts.values()] == ["talk", "l4", "cpu", "cpu"]


def test_a_pool_keeps_its_workers_for_its_films() -> None:
    """They render nothing else unless they are in `any`, too; what is not rendered is done everywhere."""
    posts = placed(CARDS, layout(pools="Studio, studio any, any"))
    assert [post.pool for post in posts.values()] == ["studio", "studio any", "", ""]
    rest = ("speak.coqui", "write.transformers")
    assert posts["render-0"].capabilities == ("render.wav2lip@studio", *rest)
    assert posts["render-1"].capabilities == ("render.wav2lip@studio", "render.wav2lip", *rest)
    assert posts["render-2"].capabilities == ("render.wav2lip", *rest)
    assert posts["cpu0"].capabilities == REST
    assert placed((), layout(pools="studio"))["cpu0"].capabilities[2:4] == (
        "render.warp@studio",
        "render.wav2lip@studio",
    )
    with pytest.raises(InputError, match="pool-name-wrong"):
        layout(pools="studio, a.b")
    with pytest.raises(InputError, match="worker-pools-long"):
        layout(pools=" ".join(letter * 24 for letter in "abc"))


def test_what_no_card_is_meant_for_processors_do() -> None:
    """Nothing that the host can do is left without anybody who does it."""
    posts = placed(CARDS[:1], layout(card_stages="render"))
    assert posts["render-0"].capabilities == ("render.wav2lip",)
    assert set(posts["cpu0"].capabilities) == set(ABLE) - {"render.wav2lip"}


def test_a_slice_counts_as_a_card_and_so_does_a_share() -> None:
    """Each has a worker and a name of its own; those who share a card see the same one."""
    posts = placed(SLICES, layout(card_shares="2, 1"))
    assert list(posts) == ["render-0-0", "render-0-1", "render-1.0", "render-1.1", "cpu0"]
    assert posts["render-0-0"].device == posts["render-0-1"].device == "GPU-0abc"
    assert posts["render-1.1"].environment == {"CUDA_VISIBLE_DEVICES": "MIG-b"}


@pytest.mark.parametrize(
    ("devices", "names"),
    [
        ("auto", ["render-0", "render-1.0", "render-1.1"]),
        ("none", []),
        ("1", ["render-1.0", "render-1.1"]),
        ("1.1", ["render-1.1"]),
        ("MIG-a, 0", ["render-1.0", "render-0"]),
        ("GPU-0, 0", ["render-0"]),
    ],
)
def test_only_the_cards_that_are_named_work(devices: str, names: list[str]) -> None:
    """By number, slice or the beginning of a UUID, in that order; processors see none of the others."""
    posts = placed(SLICES, layout(devices=devices))
    assert list(posts) == [*names, "cpu0"]
    assert posts["cpu0"].visible == ""


def test_a_host_without_cards_works_with_its_processors() -> None:
    """They do everything, and are left whatever card NVML does not know; one for two cores, at least two."""
    for cores, count in ((1, 2), (4, 2), (9, 4), (64, 32)):
        posts = placed((), layout(count=0, cores=cores))
        assert list(posts) == [f"cpu{number}" for number in range(count)]
        assert all(post.capabilities == ABLE and not post.environment for post in posts.values())
    assert len(placed(CARDS, layout(count=0, cores=16))) == 3 + 6


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"devices": "3"}, "worker-device-unknown"),
        ({"devices": "GPU-"}, "worker-device-unknown"),
        ({"devices": "GPU-x"}, "worker-device-unknown"),
        ({"card_stages": "render, dance"}, "worker-stages-wrong"),
        ({"card_shares": "0"}, "worker-shares-wrong"),
        ({"card_shares": "two"}, "worker-shares-wrong"),
    ],
)
def test_a_wrong_setting_is_refused(wrong: dict[str, str], code: str) -> None:
    """Before anything is started, with the setting's name."""
    with pytest.raises(InputError) as told:
        place(
            CARDS,
            able=ABLE,
            on_cards=ON_CARDS,
            layout=layout(
                devices=wrong.get("devices", "auto"),
                card_stages=wrong.get("card_stages", "render"),
                card_shares=wrong.get("card_shares", "1"),
            ),
        )
    assert told.value.code == code


def test_who_has_nothing_to_do_is_told_so() -> None:
    """Neither a crew of nobody nor a worker without a name is started."""
    with pytest.raises(InputError, match="worker-nothing-to-do"):
        place(CARDS, able=(), on_cards=ON_CARDS, layout=layout())
    with pytest.raises(InputError, match="worker-post-unknown"):
        find_post([Post(name="cpu0")], "cpu1")


def test_a_post_tells_a_new_process_all_of_itself() -> None:
    """What goes through a command line comes out as it was."""
    for post in placed(CARDS, layout(pools="a b")).values():
        assert Post.from_text(post.name, post.to_text()) == post


@pytest.mark.parametrize(
    ("wish", "refused"),
    [("auto", False), ("cpu", False), ("cuda", False), ("cuda:0", False), ("cuda:1", True)],
)
def test_a_numbered_card_is_refused_where_each_worker_sees_its_own_alone(
    wish: str,
    refused: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """To a bound worker its card is the first one; whoever is bound to none may compute on any."""
    posts = place(CARDS, able=ABLE, on_cards=ON_CARDS, layout=layout())
    check_numbers(place((), able=ABLE, on_cards=ON_CARDS, layout=layout()), {"render": wish})
    check_numbers(posts, {"join": wish})
    if not refused:
        check_numbers(posts, {"render": wish})
        return
    with pytest.raises(InputError, match="worker-device-numbered") as told:
        check_numbers(posts, {"speak": "auto", "render": wish})
    assert told.value.facts == {"stage": "render", "device": "cuda:1", "worker": "render-0"}
