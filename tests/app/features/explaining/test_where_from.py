"""The room that explains a number: opened by a click, walked by keys, with the weights of its moment."""

from __future__ import annotations

import weakref

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from app.background.job import Task
from app.features.explaining.where_from import WhereFrom
from app.features.explaining.where_from_work import HOLDER, Wish, explained_of_step
from networks.explanations.pages.gradient_page import largest_gradient
from networks.explanations.traces.step import StepGradient
from networks.insight.looker import Looker
from networks.xray.silenced import NOTHING_OFF
from networks.xray.value_place import GradientPlace, ValuePlace
from tests.app.features.inside.test_xray import until_shown
from tests.app.features.results.test_results import train
from tests.networks.insight.first_step import first_step
from widgets.canvas.items.inside import tiles
from widgets.canvas.placement.geometry import HEIGHT


@pytest.fixture
def room(desk, xray, qtbot, collector_at_rest):
    room = WhereFrom(desk)
    room.panel.resize(1100, 800)
    qtbot.addWidget(room.panel)
    room.panel.show()
    yield room
    room.close()


def until_page(room, qtbot, place=None):
    def shown():
        page = room.panel.page
        return page is not None and (place is None or page.place == place)

    qtbot.waitUntil(shown, timeout=30_000)
    return room.panel.page


def test_a_click_on_a_map_opens_the_number_under_the_pointer(room, xray, canvas, desk, qtbot):
    opened = []
    desk.panel_wished.connect(opened.append)
    xray.switch(True)
    until_shown(canvas, qtbot)
    scene = canvas.view._scene
    name, card = next(
        (name, card)
        for name, card in scene.cards.items()
        if card.inside and card.inside.view.maps and not card.inside.picture is not None
    )
    tile = tiles(card.inside.view.maps, HEIGHT - 1)[1]
    at = canvas.view.mapFromScene(card.pos() + tile.center())
    QTest.mouseClick(canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    page = until_page(room, qtbot)
    assert opened == ["explanation"]
    assert page.place.layer == name
    channel, row, column = page.place.at
    assert channel == card.inside.view.maps.channels[1]
    height, width = card.inside.view.maps.size
    assert abs(row - height / 2) <= height / 10
    assert abs(column - width / 2) <= width / 10
    assert page.explanation.difference < 1e-5
    assert "before the training" in room.panel.weights.text()


def test_it_needs_no_x_ray_and_keys_walk_the_network(room, xray, canvas, qtbot):
    room.explain_selected()
    page = until_page(room, qtbot)
    assert not xray.on
    panel, first = room.panel, page.place
    panel.cells.setFocus()
    QTest.keyClick(panel.cells, Qt.Key.Key_PageDown)
    page = until_page(
        room,
        qtbot,
        ValuePlace(first.layer, (first.at[0] + 1, *first.at[1:]))
        if first.at[0] + 1 < page.output.shape[0]
        else first,
    )
    QTest.keyClick(panel.cells, Qt.Key.Key_Home)
    strongest = ValuePlace(page.place.layer, panel.cells.strongest())
    page = until_page(room, qtbot, strongest)
    following = page.next.place
    QTest.keyClick(panel, Qt.Key.Key_Return)
    page = until_page(room, qtbot, following)
    before = page.before.place
    QTest.keyClick(panel, Qt.Key.Key_Backspace)
    until_page(room, qtbot, before)


def test_each_step_and_term_is_said(room, qtbot):
    room.explain_selected()
    until_page(room, qtbot)
    panel = room.panel
    arithmetic = panel.arithmetic
    steps = arithmetic.steps
    panel.player.go(0)
    assert arithmetic.step == 0
    assert steps[0].name in arithmetic.accessibleDescription()
    panel.player.toggle()
    assert panel.player.playing
    qtbot.waitUntil(lambda: panel.player.position > 0, timeout=20_000)
    panel.player.toggle()
    assert not panel.player.playing
    arithmetic.setFocus()
    QTest.keyClick(arithmetic, Qt.Key.Key_Down)
    said = arithmetic.accessibleDescription()
    QTest.keyClick(arithmetic, Qt.Key.Key_Right)
    assert arithmetic.accessibleDescription() != said
    assert "=" in arithmetic.accessibleDescription()
    assert panel.words.now.text()


def test_a_part_that_is_left_out_is_missing_from_the_value(room, qtbot):
    room.explain_selected()
    page = until_page(room, qtbot)
    while room.panel.arithmetic.strongest_row() < 0:
        following = page.next.place
        room.panel.trail.go_on()
        page = until_page(room, qtbot, following)
    arithmetic = room.panel.arithmetic
    row = arithmetic.strongest_row()
    drawing = arithmetic._drawings[-1]
    room.panel.proposals.switch()
    assert arithmetic._rest() == pytest.approx(page.explanation.result - drawing.total(row))
    assert arithmetic.name_of(row) in arithmetic.value_words()
    room.panel.proposals.switch()
    assert not arithmetic.off


def test_it_explains_the_weights_of_its_moment_and_looks_again(room, training, desk, xray, canvas, qtbot):
    room.explain_selected()
    page = until_page(room, qtbot)
    before, place = page.explanation.value, page.place
    train(training, qtbot)
    run = desk.trainer.run
    qtbot.waitUntil(
        lambda: room.panel.page is not None and room.panel.page.kept.step == run.step, timeout=30_000
    )
    page = until_page(room, qtbot, place)
    assert page.explanation.value != before
    room._change_weights(True)
    qtbot.waitUntil(lambda: room.panel.page.kept.step == 0, timeout=30_000)
    assert room.panel.page.explanation.value == pytest.approx(before, abs=1e-6)
    room._change_weights(False)
    qtbot.waitUntil(lambda: room.panel.page.kept.step == run.step, timeout=30_000)


def test_a_network_that_would_take_too_much_keeps_one_layer_and_says_so(room, desk, qtbot, monkeypatch):
    assert desk.probing.budget.most == 300 * 2**20
    monkeypatch.setattr(desk.probing.budget, "most", 1)
    told = []
    desk.told.connect(lambda words, _: told.append(words))
    room.explain_selected()
    page = until_page(room, qtbot)
    assert not page.kept.whole
    assert len(page.kept.captures) == 1
    assert page.explanation.difference < 1e-5
    assert any("all views together may take" in words for words in told)
    # the next layer is kept in its turn
    crumb = page.crumbs[page.here - 1]
    assert crumb.value is None
    room.panel.trail.go_back()
    until_page(room, qtbot, crumb.place)


def test_out_of_sight_it_gives_its_memory_to_others_and_explains_anew_when_it_is_seen(room, desk, qtbot):
    room.explain_selected()
    page = until_page(room, qtbot)
    place, output = page.place, weakref.ref(page.output.base)
    budget = desk.probing.budget
    held = budget.held_by("where from")
    assert held > sum(each.output.nbytes for each in page.kept.captures.values()) / 2
    # as long as somebody looks at it, it stays
    assert not budget.ask("another", budget.most)
    assert room.panel.page is page
    del page
    room.panel.hide()
    assert budget.ask("another", budget.most)
    assert budget.held_by("where from") == 0
    qtbot.waitUntil(lambda: output() is None)
    budget.free("another")
    room.panel.show()
    assert until_page(room, qtbot, place).kept.whole
    assert budget.held_by("where from") > held / 2


def test_of_a_large_network_gradients_are_kept_around_one_layer_and_followed(room, desk, qtbot, monkeypatch):
    monkeypatch.setattr(desk.probing.budget, "most", 1)
    told = []
    desk.told.connect(lambda words, _: told.append(words))
    room.explain_gradient()
    page = until_gradient(room, qtbot)
    assert not page.kept.whole
    assert any("all views together may take" in words for words in told)
    before = page.before.place
    room.panel.trail.go_back()
    page = until_gradient(room, qtbot, before)
    assert page.explanation.difference < 1e-5


def test_whoever_asks_what_a_layer_does_is_told_step_by_step(room, desk, qtbot):
    """Pressing *Explain* plays the steps; each says in a sentence what happens."""
    desk.largest_wished.emit("conv1")
    until_page(room, qtbot)
    panel = room.panel
    assert panel.player.playing
    captions = []
    for step in range(panel.player.steps):
        panel.player.go(step)
        assert panel.caption.isVisible()
        captions.append(panel.caption.text())
    assert len(set(captions)) == len(captions) >= 4
    output = panel.page.output
    assert f"Each of its {len(output)} filters" in panel.words.layer_does.text()
    # a number that is clicked is not told unasked
    room.explain(ValuePlace("conv1", (0, 0, 0)))
    until_page(room, qtbot, ValuePlace("conv1", (0, 0, 0)))
    assert not panel.player.playing


def test_the_small_cards_of_the_way_stand_out_as_long_as_the_room_is_seen(room, canvas, desk, qtbot):
    strip = canvas.strip
    assert all(map(strip.is_lit, desk.shown.network.order))
    room.explain_layer("conv2")
    until_page(room, qtbot)
    strip.show_network(desk.shown.folding, ())
    lit = {name for name in desk.shown.network.order if strip.is_lit(name)}
    assert lit == desk.shown.network.upstream(("conv2",))
    assert "output" not in lit
    room.panel.side_wished.emit(True)
    qtbot.waitUntil(lambda: room.panel.page is not None and room.panel.page.backwards, timeout=30_000)
    qtbot.waitUntil(lambda: strip.is_lit("output"))
    lit = {name for name in desk.shown.network.order if strip.is_lit(name)}
    assert lit == desk.shown.network.downstream((room.panel.page.place.layer,))
    room.panel.hide()
    assert all(map(strip.is_lit, desk.shown.network.order))


def test_the_window_slides_over_the_whole_map(room, desk, qtbot):
    room.explain_layer("conv1")
    page = until_page(room, qtbot)
    panel = room.panel
    panel.sliding._timer.setInterval(0)
    assert panel.slide.isVisible()
    panel.slide.click()
    assert panel.sliding.on
    qtbot.waitUntil(lambda: panel.sliding.on and panel.sliding.seen.sum() > 20, timeout=30_000)
    # it shows what it has gone over; a key stops it
    assert panel.cells._slid is not None
    qtbot.keyClick(panel.cells, Qt.Key.Key_PageDown)
    assert not panel.sliding.on
    assert panel.cells._slid is None
    assert page.place.layer == "conv1"


@pytest.mark.parametrize("ending", [".png", ".svg"])
def test_it_is_saved_with_its_caption(room, qtbot, tmp_path, monkeypatch, ending):
    room.explain_selected()
    page = until_page(room, qtbot)
    path = tmp_path / f"number{ending}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    room.panel.save.click()
    room.desk.writer.finish()
    assert path.exists()
    if ending == ".png":
        image = QImage(str(path))
        assert image.width() > 1000
        pixels = np.frombuffer(image.convertToFormat(QImage.Format.Format_RGB32).constBits(), np.uint32)
        assert len(np.unique(pixels[::37])) > 20
    else:
        text = path.read_text()
        assert page.place.layer in text
        assert "before the training" in text


def test_the_pointer_says_other_numbers_and_a_click_goes_there(room, qtbot):
    room.explain_selected()
    page = until_page(room, qtbot)
    cells = room.panel.cells
    square = cells._square().center()
    QTest.mouseClick(cells, Qt.MouseButton.LeftButton, pos=QPoint(round(square.x()), round(square.y())))
    height, width = page.output.shape[1:]
    wanted = ValuePlace(page.place.layer, (page.place.at[0], height // 2, width // 2))
    if wanted != page.place:
        found = until_page(room, qtbot, wanted)
        assert found.explanation.value == pytest.approx(float(page.output[wanted.at]))


def until_gradient(room, qtbot, place=None):
    def shown():
        page = room.panel.page
        return page is not None and page.backwards and (place is None or page.place == place)

    qtbot.waitUntil(shown, timeout=30_000)
    return room.panel.page


def test_a_key_turns_from_a_number_to_its_gradient_and_back(room, qtbot):
    room.explain_selected()
    number = until_page(room, qtbot)
    panel = room.panel
    QTest.keyClick(panel.cells, Qt.Key.Key_G)
    page = until_gradient(room, qtbot, GradientPlace(number.place.layer, number.place.at))
    assert panel.ways.isVisible()
    assert not panel.sight.isVisible()
    assert page.explanation.difference <= 1e-5 * (1 + np.abs(page.cells).max())
    assert "this picture alone" in panel.words.note.text()
    panel.side.button(0).click()
    until_page(room, qtbot, number.place)
    assert panel.sight.isVisible()


def test_keys_follow_the_gradient_up_to_the_loss_and_down_again(room, desk, qtbot):
    room.explain_gradient()
    page = until_gradient(room, qtbot)
    panel, climbed = room.panel, 0
    while page.before is not None and page.before.kind is not None:
        before = page.before.place
        QTest.keyClick(panel, Qt.Key.Key_Backspace)
        page = until_gradient(room, qtbot, before)
        climbed += 1
    assert climbed > 3
    assert page.place.layer == page.kept.end
    assert "Here the gradient starts" in panel.words.sentences.text()
    following = page.next.place
    QTest.keyClick(panel, Qt.Key.Key_Return)
    until_gradient(room, qtbot, following)
    # along the way: its first lines are the loss and the end of the network
    panel.ways.setFocus()
    for _ in panel.ways.lines:
        QTest.keyClick(panel.ways, Qt.Key.Key_Up)
    QTest.keyClick(panel.ways, Qt.Key.Key_Down)
    assert panel.ways.lines[1].words == panel.ways.accessibleDescription()
    QTest.keyClick(panel.ways, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: room.panel.page.place.layer == page.kept.end, timeout=30_000)


def test_the_gradient_of_a_weight_is_walked_filter_by_filter(room, qtbot):
    room.explain_gradient()
    page = until_gradient(room, qtbot)
    panel = room.panel
    panel.by.setCurrentIndex(1)
    panel.by.activated.emit(1)
    qtbot.waitUntil(lambda: room.panel.page.weight == "weight", timeout=30_000)
    page = room.panel.page
    assert abs(page.explanation.value) == np.abs(page.whole).max()
    filter, *rest = page.place.at
    key = Qt.Key.Key_PageDown if filter + 1 < page.filters else Qt.Key.Key_PageUp
    other = filter + 1 if filter + 1 < page.filters else filter - 1
    QTest.keyClick(panel.cells, key, Qt.KeyboardModifier.ControlModifier)
    page = until_gradient(room, qtbot, GradientPlace(page.place.layer, (other, *rest), "weight"))
    assert page.explanation.value == page.whole[page.place.at]


def test_a_picture_that_nobody_labelled_has_no_gradient(room, desk, qtbot):
    room.explain_selected()
    until_page(room, qtbot)
    told = []
    desk.told.connect(lambda words, _: told.append(words))
    desk.probing.choose_pixels(np.zeros((8, 8, 1), np.uint8))
    qtbot.waitUntil(lambda: desk.probed is not None and desk.probed.pictures.label is None, timeout=30_000)
    room.panel.side.button(1).click()
    qtbot.waitUntil(lambda: any("has no label" in words for words in told), timeout=30_000)
    assert not room.panel.page.backwards
    assert room.panel.side.button(0).isChecked()


@pytest.mark.parametrize("ending", [".png", ".svg"])
def test_a_gradient_is_saved_with_whose_loss_it_is(room, qtbot, tmp_path, monkeypatch, ending):
    room.explain_gradient()
    until_gradient(room, qtbot)
    path = tmp_path / f"gradient{ending}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    room.panel.save.click()
    room.desk.writer.finish()
    if ending == ".png":
        assert QImage(str(path)).width() > 1000
    else:
        assert "loss of this picture alone" in path.read_text()


def test_gradients_and_numbers_of_a_steps_batch_are_explained(room, desk, qtbot):
    seen = first_step()
    network = seen.trace.network
    place = largest_gradient(seen.trace, next(iter(seen.tensors))[0], None, 2)
    desk.document.edit(replace(desk.document.project, network=network), "Another network")
    assert desk.shown.network == network
    desk.gradient_of_step_wished.emit(StepGradient(seen, place, 2))
    page = until_gradient(room, qtbot, place)
    assert page.of_batch
    assert page.explanation.value == seen.trace.gradients[place.layer][(2, *place.at)]
    assert "loss of the batch" in room.panel.words.note.text()
    assert "step 1" in room.panel.weights.text()
    room.panel.trail.go_back()
    page = until_gradient(room, qtbot, page.before.place)
    assert page.of_batch
    # from a gradient to its number and back, it stays the same picture of the same step
    room.panel.side.button(0).click()
    at = page.place.at
    page = until_page(room, qtbot, ValuePlace(page.place.layer, at))
    output = seen.trace.captures[page.place.layer].output
    assert page.explanation.value == output[(2, *at)]
    assert page.explanation.difference < 1e-4
    assert (page.output == output[2]).all()
    assert "step 1" in room.panel.weights.text()
    assert str(int(seen.rows[2])) in room.panel.probe.text()
    room.panel.side.button(1).click()
    page = until_gradient(room, qtbot, GradientPlace(page.place.layer, at))
    assert page.image == 2


def test_every_number_of_a_steps_picture_is_explained_up_to_its_loss():
    """Also what depends on the whole batch, and what is drawn anew from layer to layer."""
    seen = first_step()
    names = tuple("0123456789")
    for image in (0, 2):
        for layer in seen.trace.layers:
            found = explained_of_step(seen, image, Wish(layer), names, Task())
            assert found.explanation.value == seen.trace.captures[layer].output[(image, *found.place.at)]
            assert found.explanation.difference < 1e-4
        end = next(iter(seen.trace.losses))
        loss = explained_of_step(seen, image, Wish(end, ()), names, Task())
        assert loss.explanation.value == seen.losses[image]
        assert loss.explanation.difference < 1e-4


@pytest.fixture
def passes(monkeypatch):
    """The names of how many layers were kept in each forward pass of the room."""
    found = []
    captures = Looker.captures

    def counted(looker, pictures, names, mode):
        found.append(len(names))
        return captures(looker, pictures, names, mode)

    monkeypatch.setattr(Looker, "captures", counted)
    return found


def pointed_at(desk):
    """A number of the first layer that learns."""
    network = desk.shown.network
    layer = next(node.name for node in network.nodes if node.layer.counts_in_depth)
    place = ValuePlace(layer, (0, 3, 3))
    desk.place_chosen.emit(place)
    return place


def switch_on_as_in_training(xray):
    """Of a whole batch the views keep no numbers."""
    xray.probing.choose_options(replace(xray.probing.options, mode="training"))
    xray.switch(True)


def test_the_numbers_behind_the_views_are_kept_for_the_first_click(room, xray, canvas, desk, qtbot, passes):
    xray.switch(True)
    until_shown(canvas, qtbot)
    assert desk.probing.budget.held_by(HOLDER) > 0
    place = pointed_at(desk)
    room.explain(place)
    page = until_page(room, qtbot, place)
    assert not passes
    assert page.kept.whole
    assert page.explanation.difference < 1e-5
    # those of another picture take the place of the first ones
    first = page.kept.picture
    desk.probing.choose_row(9)
    qtbot.waitUntil(lambda: room.panel.page.kept.picture is not first, timeout=20_000)
    assert room.panel.page.kept.picture is desk.probing.ready.pictures.seen
    assert room.panel.page.place == place
    room.panel.hide()
    with qtbot.waitSignal(desk.probing.kept, timeout=20_000):
        desk.probing.choose_row(10)
    passes.clear()
    room.panel.show()
    qtbot.waitUntil(
        lambda: (
            room.panel.page is not None and room.panel.page.kept.picture is desk.probing.ready.pictures.seen
        ),
        timeout=20_000,
    )
    assert room.panel.page.place == place
    assert not passes


def test_where_there_is_no_room_or_something_is_off_nothing_is_kept(room, xray, canvas, desk, qtbot, passes):
    budget, name = desk.probing.budget, desk.shown.network.order[1]
    with qtbot.waitSignal(xray.rests, timeout=20_000):
        xray.switch(True)
    desk.probing.silence(NOTHING_OFF.with_channel(name, 0, off=True))
    with qtbot.waitSignal(xray.rests, timeout=20_000):
        desk.probing.choose_row(9)
    desk.probing.silence(NOTHING_OFF)
    room._forget()
    assert budget.ask("another", budget.most - budget.total)
    with qtbot.waitSignal(xray.rests, timeout=20_000):
        desk.probing.choose_row(10)
    assert budget.held_by(HOLDER) == 0


def test_the_pass_for_a_click_is_made_while_one_points(room, xray, canvas, desk, qtbot, passes):
    switch_on_as_in_training(xray)
    until_shown(canvas, qtbot)
    with qtbot.waitSignal(room.ahead.ended, timeout=30_000):
        place = pointed_at(desk)
        # what is pointed at meanwhile needs no other one
        pointed_at(desk)
    whole = len(desk.shown.network.nodes)
    assert passes == [whole]
    pointed_at(desk)
    room.explain(place)
    page = until_page(room, qtbot, place)
    assert page.explanation.difference < 1e-5
    room.explain(other := ValuePlace(place.layer, (1, 2, 2)))
    until_page(room, qtbot, other)
    assert passes == [whole]


def test_a_click_waits_for_the_pass_that_is_under_way(room, xray, canvas, desk, qtbot, passes):
    switch_on_as_in_training(xray)
    until_shown(canvas, qtbot)
    place = pointed_at(desk)
    room.explain(place)
    until_page(room, qtbot, place)
    assert passes == [len(desk.shown.network.nodes)]


def test_what_was_made_for_a_click_that_never_came_goes_with_the_x_ray(room, xray, canvas, desk, qtbot):
    switch_on_as_in_training(xray)
    until_shown(canvas, qtbot)
    with qtbot.waitSignal(room.ahead.ended, timeout=30_000):
        pointed_at(desk)
    assert desk.probing.budget.held_by(HOLDER) > 0
    xray.switch(False)
    assert desk.probing.budget.held_by(HOLDER) == 0


def test_others_that_need_the_memory_get_it_before_anybody_clicks(room, xray, canvas, desk, qtbot, passes):
    switch_on_as_in_training(xray)
    until_shown(canvas, qtbot)
    room.panel.hide()
    with qtbot.waitSignal(room.ahead.ended, timeout=30_000):
        pointed_at(desk)
    budget = desk.probing.budget
    without = budget.most - budget.total
    assert budget.ask("another", without + 1)
    assert budget.held_by(HOLDER) == 0
    # while there is no room, nothing is made ahead
    assert budget.ask("another", budget.most - budget.total + budget.held_by("another"))
    pointed_at(desk)
    assert room.ahead.key is None
    assert len(passes) == 1


def test_nothing_is_made_ahead_of_a_run_that_goes_on(room, xray, canvas, desk, qtbot, passes):
    switch_on_as_in_training(xray)
    until_shown(canvas, qtbot)
    desk.probed = replace(desk.probed, looker=None)
    pointed_at(desk)
    assert room.ahead.key is None
    assert not passes
