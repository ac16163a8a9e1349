"""Is every printed cell of the source document read, verbatim, into the right milestone?"""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.plan_document import PlanAction, PlanDocumentError, PlanRow, read_plan

SOURCE = (Path(__file__).parent / "implementation-plan.txt").read_bytes().decode("utf-8")
HEADER = "ACTION\tMILESTONES\tESTIMATED TIMELINES"
PLAN = read_plan(SOURCE)
MILESTONES = {milestone.code: milestone for milestone in PLAN.milestones}


# The whole


def test_plan_has_eleven_actions() -> None:
    assert PLAN.actions == (
        PlanAction(1, "Ensure Entities with Financial Interests in Imports Bear Responsibility"),
        PlanAction(2, "Increase Scrutiny of Section 321 Environment"),
        PlanAction(3, "Suspend and Debar Repeat Offenders; Act Against Non-Compliant International Postal Operators"),
        PlanAction(4, "Apply Civil Fines, Penalties, and Injunctive Actions for Violative Imported Products"),
        PlanAction(5, "Leverage Advance Electronic Data for Mail Mode"),
        PlanAction(6, "Plan for ACTION"),
        PlanAction(7, "Analyze Enforcement Resources"),
        PlanAction(8, "Create Modernized E-Commerce Enforcement Framework"),
        PlanAction(9, "Assess Contributory Trademark Infringement Liability for E-Commerce"),
        PlanAction(10, "Examine the Legal Framework Surrounding Non-Resident Importers"),
        PlanAction(11, "Establish a National Consumer Awareness Campaign"),
    )


def test_plan_has_thirty_milestones_in_the_order_printed() -> None:
    assert [milestone.code for milestone in PLAN.milestones] == [
        *("1.1", "1.2", "1.3", "2.1", "2.2", "3.1", "3.2", "3.3"),
        *("4.1", "4.2", "4.3", "4.4", "4.5", "4.6", "5.1", "5.2", "5.3"),
        *("6.1", "6.2", "6.3", "7.1", "8.1", "8.2", "8.3", "9.1", "9.2"),
        *("10.1", "11.1", "11.2", "11.3"),
    ]


def test_title_names_the_report_and_the_plan() -> None:
    assert PLAN.title == "Report on Combating Trafficking in Counterfeit and Pirated Goods: Implementation Plan"


@pytest.mark.parametrize(
    ("timeline", "codes"),
    [
        ("July 2020", "1.1 1.2 8.1 8.2 8.3 9.1 11.1"),
        ("Aug. 2020", "3.1 3.2 3.3 5.2 5.3 6.2 6.3 7.1"),
        ("Oct. 2020", "1.3 2.2 4.1 4.2 4.3 4.4 4.5 4.6 9.2 10.1 11.2 11.3"),
        ("Nov. 2020", "5.1"),
        ("Ongoing", "2.1"),
        ("Completed", "6.1"),
    ],
)
def test_timeline_is_printed_for_exactly_these_milestones(timeline: str, codes: str) -> None:
    printed_for = [milestone.code for milestone in PLAN.milestones if milestone.timeline_printed == timeline]

    assert printed_for == codes.split()


# Verbatim, and nothing left over


@pytest.mark.parametrize("code", [code for code in MILESTONES if code != "4.4"])
def test_text_is_printed_in_one_piece_in_the_source(code: str) -> None:
    assert SOURCE.count(MILESTONES[code].text) == 1


def test_text_of_4_4_is_two_printed_pieces_with_one_blank_between() -> None:
    first, rest = MILESTONES["4.4"].text.split(" for both ")

    assert SOURCE.count(f"\t{first}\tOct. 2020\n") == 1
    assert SOURCE.count(f"<p>for both {rest}</p>") == 1


def test_every_title_is_printed_in_the_action_column() -> None:
    for action in PLAN.actions:
        assert SOURCE.count(f"\n{action.number}. {action.title}\t") == 1


def test_nothing_printed_in_the_table_is_left_over() -> None:
    table = SOURCE[SOURCE.index(HEADER) :].replace("<p>", " ").replace("</p>", " ")
    pieces = [
        *(HEADER, HEADER),
        *(f"{action.number}. {action.title}" for action in PLAN.actions),
        *(piece for row in PLAN.milestones for piece in row.text.replace(" for both", "|for both").split("|")),
        *(milestone.timeline_printed for milestone in PLAN.milestones),
    ]

    for piece in sorted(pieces, key=len, reverse=True):
        assert piece in table
        table = table.replace(piece, " ", 1)

    assert table.split() == []


# The page break


def test_4_4_begins_before_the_page_break_and_ends_after_it() -> None:
    assert MILESTONES["4.4"] == PlanRow(
        action=4,
        position=4,
        text=(
            "ICE/HSI will look to increase staffing at the ICE/HSI-led National IPR Center"
            " for both special agent and intelligence analyst positions."
        ),
        timeline_printed="Oct. 2020",
        provenance="table 1, row 12 – table 2, row 1, paragraph 1",
    )


def test_4_5_is_the_second_paragraph_after_the_page_break() -> None:
    assert MILESTONES["4.5"] == PlanRow(
        action=4,
        position=5,
        text=(
            "ICE/HSI will leverage known and emerging nexuses with other areas of ICE/HSI authority—such as efforts"
            " to include the disruption and dismantlement of illicit websites and dark web online marketplaces—to"
            " attack the points of sale and payment processes for illicit sites that deal in counterfeits. ICE/HSI"
            " will continue to refine investigative techniques and strategies to attack IP crime throughout the"
            " supply chain process."
        ),
        timeline_printed="Oct. 2020",
        provenance="table 2, row 1, paragraph 2",
    )


def test_4_6_is_not_lost() -> None:
    assert MILESTONES["4.6"] == PlanRow(
        action=4,
        position=6,
        text=(
            "Prioritize investigations into intellectual property-based crimes regardless of size and make referrals"
            " for such investigations where appropriate."
        ),
        timeline_printed="Oct. 2020",
        provenance="table 2, row 1, paragraph 3",
    )


def test_no_milestone_begins_in_the_middle_of_a_sentence() -> None:
    assert [milestone.code for milestone in PLAN.milestones if not milestone.text[0].isupper()] == []
    assert [milestone.code for milestone in PLAN.milestones if not milestone.text.endswith(".")] == []


def test_repeated_header_is_no_milestone() -> None:
    assert "MILESTONES" not in {milestone.text for milestone in PLAN.milestones}
    assert "ESTIMATED TIMELINES" not in {milestone.timeline_printed for milestone in PLAN.milestones}


# Words that look like something else


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("6.1", "Develop a list of proposed ACTION Members."),
        ("6.2", "ICE/HSI will hold an inaugural meeting of ACTION."),
        (
            "6.3",
            "ICE/HSI will establish a framework allowing ACTION Members to enter non-binding memoranda of"
            " understanding with the IPR Center to further facilitate the sharing of information and to allow for"
            " better coordination of IPR enforcement.",
        ),
    ],
)
def test_action_six_is_kept_though_its_name_is_the_word_of_the_header(code: str, text: str) -> None:
    assert MILESTONES[code].text == text


def test_curly_quotes_in_5_1_are_kept() -> None:
    assert MILESTONES["5.1"].text == (
        "CBP and the USPS will continue to work internationally toward the UPU development of its “item check”"
        " function that could allow for the removal of prohibited or inadmissible (including counterfeit) items"
        " prior to departure from a foreign country."
    )


def test_column_governs_7_1_not_its_sentence() -> None:
    assert MILESTONES["7.1"].timeline_printed == "Aug. 2020"
    assert MILESTONES["7.1"].text == (
        "CBP will transmit its report on the sufficiency of fees to cover operations for processing small parcels"
        " to the President by August 2020."
    )


def test_slip_of_grammar_in_11_2_is_kept() -> None:
    assert MILESTONES["11.2"].text == (
        "Seek public input while developing the campaign, which be critical to its success. USPTO will draft a"
        " Federal Register Notice requesting comments from the public on developing and implementing a public"
        " awareness campaign suited to the goals of reducing the market for counterfeit and pirated goods."
    )


def test_curly_quotes_in_11_3_are_kept() -> None:
    assert MILESTONES["11.3"].text == (
        "Organize small “listening” sessions with stakeholders through channels such as the COAC, ITAC, and"
        " related associations."
    )


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("1.1", "table 1, row 1"),
        ("2.1", "table 1, row 4"),
        ("4.3", "table 1, row 11"),
        ("5.1", "table 2, row 2, paragraph 1"),
        ("7.1", "table 2, row 4, paragraph 1"),
        ("11.3", "table 2, row 8, paragraph 3"),
    ],
)
def test_every_milestone_says_where_it_is_printed(code: str, place: str) -> None:
    assert MILESTONES[code].provenance == place


def test_no_two_milestones_are_printed_in_the_same_place() -> None:
    places = Counter(milestone.provenance for milestone in PLAN.milestones)

    assert places.most_common(1)[0][1] == 1


# Other ways to print the same


def test_line_endings_of_another_system_change_nothing() -> None:
    assert read_plan(SOURCE.replace("\n", "\r\n")) == PLAN


def test_blanks_around_a_cell_change_nothing() -> None:
    assert read_plan(SOURCE.replace("\t", " \t ").replace("\n4. ", "\n 4. ")) == PLAN


def test_page_break_between_two_actions_joins_nothing() -> None:
    broken = SOURCE.replace("\n8. Create", f"\n\n{HEADER}\n8. Create")

    assert _cells(broken) == _cells(SOURCE)


def test_page_break_inside_an_action_keeps_the_action() -> None:
    broken = SOURCE.replace("\n\tInitiate", f"\n\n{HEADER}\n\tInitiate")

    assert _cells(broken) == _cells(SOURCE)


def test_unusual_space_inside_a_cell_does_not_cut_it() -> None:
    for space in ("\x0b", "\x0c", "\x85", "\u2028"):
        plan = read_plan(SOURCE.replace("seizure processes", f"seizure{space}processes"))

        assert plan.milestones[21].text == f"Explore opportunities to streamline seizure{space}processes."


CELLS = st.text(st.characters(exclude_characters="\t\r\n<>", exclude_categories=["Cs"])).map(
    lambda words: f"We {words.strip()}."
)
ACTIONS = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=4)),
    min_size=1,
    max_size=5,
)


@given(actions=ACTIONS)
def test_any_plan_printed_this_way_is_read_back(actions: list[tuple[bool, bool, list[tuple[str, str]]]]) -> None:
    lines = ["Report", "Plan", HEADER]
    expected = []
    for number, (is_list, after_page_break, pairs) in enumerate(actions, start=1):
        name = f"{number}. Action"
        texts, timelines = zip(*pairs, strict=True)
        lines += ["", HEADER] if after_page_break else []
        lines += [f"{name}\t{_list(texts)}\t{_list(timelines)}"] if is_list else _rows(name, pairs)
        expected += [(f"{number}.{position}", *pair) for position, pair in enumerate(pairs, start=1)]

    assert _cells("\n".join(lines)) == expected


def _list(paragraphs: tuple[str, ...]) -> str:
    return " ".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


def _rows(name: str, pairs: list[tuple[str, str]]) -> list[str]:
    return [f"{'' if row else name}\t{text}\t{timeline}" for row, (text, timeline) in enumerate(pairs)]


def _cells(source: str) -> list[tuple[str, str, str]]:
    return [(row.code, row.text, row.timeline_printed) for row in read_plan(source).milestones]


# What is refused


@pytest.mark.parametrize(
    ("printed", "instead", "sentence"),
    [
        pytest.param(
            "<p>July 2020</p> <p>July 2020</p> <p>July 2020</p>",
            "<p>July 2020</p> <p>July 2020</p>",
            "In table 2, row 5: milestones 3, timelines 2; they must pair, and there must be some.",
            id="a timeline is missing",
        ),
        pytest.param(
            "\tOngoing",
            "\t",
            "In table 1, row 4: milestones 1, timelines 0; they must pair, and there must be some.",
            id="a timeline is blank",
        ),
        pytest.param(
            "CBP will administer the Section 321 Advance Data Pilot.",
            "",
            "In table 1, row 4: milestones 0, timelines 1; they must pair, and there must be some.",
            id="a milestone is blank",
        ),
        pytest.param(
            "CBP will administer the Section 321 Advance Data Pilot.\tOngoing",
            "\t",
            "In table 1, row 4: milestones 0, timelines 0; they must pair, and there must be some.",
            id="an action without milestones",
        ),
        pytest.param(
            f"\n\n{HEADER}\n\t<p>for both",
            "\n\t<p>for both",
            "In table 1, row 13: milestones 3, timelines 2; they must pair, and there must be some.",
            id="a milestone cut without a page break",
        ),
        pytest.param(
            "\n\t<p>for both",
            "\n5. Leverage\t<p>for both",
            "In table 2, row 1: it cannot be told whether table 1, row 12 goes on here, after the page break.",
            id="another action begins where 4.4 should go on",
        ),
        pytest.param(
            "<p>Oct. 2020</p> <p>Oct. 2020</p>\n5.",
            "<p>Oct. 2020</p> <p>Oct. 2020</p> <p>Oct. 2020</p>\n5.",
            "In table 2, row 1: it cannot be told whether table 1, row 12 goes on here, after the page break.",
            id="the rest of 4.4 would be a milestone of its own",
        ),
        pytest.param(
            "National IPR Center\t",
            "National IPR Center.\t",
            "In table 2, row 1: it cannot be told whether table 1, row 12 goes on here, after the page break.",
            id="4.4 looks whole before the page break",
        ),
        pytest.param(
            SOURCE[SOURCE.rindex(HEADER) :],
            "",
            "The document ends in the middle of milestone 4.4.",
            id="the second page is missing",
        ),
        pytest.param(
            "7. Analyze",
            "8. Analyze",
            "In table 2, row 4: action 7 should begin here.",
            id="an action number is skipped",
        ),
        pytest.param(
            "7. Analyze Enforcement Resources",
            "Analyze Enforcement Resources",
            "In table 2, row 4: action 7 should begin here.",
            id="an action has no number",
        ),
        pytest.param(
            "1. Ensure Entities with Financial Interests in Imports Bear Responsibility",
            "",
            "In table 1, row 1: a milestone before the first action.",
            id="the first action is blank",
        ),
        pytest.param(
            "\tOngoing",
            "\tOngoing\tCBP",
            "In table 1, row 4: 4 cells instead of 3.",
            id="a fourth column",
        ),
        pytest.param(
            "<p>July 2020</p> <p>Oct. 2020</p>\n10.",
            "July 2020 <p>Oct. 2020</p>\n10.",
            "In table 2, row 6: a list whose paragraphs cannot be told apart.",
            id="a list with words outside its paragraphs",
        ),
        pytest.param(
            "seizure processes.</p>",
            "seizure processes.",
            "In table 2, row 5: a list whose paragraphs cannot be told apart.",
            id="a paragraph that never ends",
        ),
    ],
)
def test_document_that_cannot_be_read_with_certainty_is_refused(printed: str, instead: str, sentence: str) -> None:
    assert SOURCE.count(printed) == 1

    with pytest.raises(PlanDocumentError) as refusal:
        read_plan(SOURCE.replace(printed, instead))

    assert refusal.value.sentence == sentence
    assert str(refusal.value) == sentence


@pytest.mark.parametrize("text", ["", "Implementation Plan\n\nNothing else.", HEADER])
def test_document_without_a_table_of_milestones_is_refused(text: str) -> None:
    with pytest.raises(PlanDocumentError, match=r"The document has no table of milestones\."):
        read_plan(text)
