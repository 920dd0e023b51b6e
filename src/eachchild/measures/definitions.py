"""Every measure that `measures.csv` may hold: what it is, its interval and where it comes from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definition:
    """One measure as the reference prints it."""

    name: str
    meaning: str
    interval: str = ""
    source: str = ""


DEFINITIONS = (
    Definition("rate", "events over students", "Wilson; cluster: Student's t over schools",
               "Wilson (1927), J. Am. Stat. Assoc. 22: 209-212"),
    Definition("mean", "the sum over students", "Student's t; cluster: over schools"),
    Definition("count", "events, where nobody says of how many students"),
    Definition("composition", "the group's events over all events; n is all events",
               "Wilson"),
    Definition("risk_difference", "the group's rate minus that of the reference",
               "Newcombe; cluster; within_schools: Mantel-Haenszel weights inside schools",
               "Newcombe (1998), Stat. Med. 17: 873-890, method 10"),
    Definition("risk_ratio", "the group's rate over that of the reference",
               "Katz, on the log scale; cluster; within_schools: Mantel-Haenszel",
               "Katz et al. (1978), Biometrics 34: 469-474; Greenland and Robins (1985), "
               "Biometrics 41: 55-68"),
    Definition("alternate_risk_ratio", "a district group's rate over that of everybody else in "
               "the state, where its own others are under 30 students or 10 events",
               "Katz", "34 CFR 300.647(a)(1)"),
    Definition("odds_ratio", "the group's odds over those of the reference",
               "Woolf, on the log scale", "Woolf (1955), Ann. Hum. Genet. 19: 251-253"),
    Definition("cohens_h", "the difference of two rates on the arcsine scale", "normal",
               "Cohen (1988), Statistical Power Analysis, chapter 6"),
    Definition("mean_difference", "the group's mean minus that of the reference",
               "Welch's t; cluster; within_schools: schools weighted alike"),
    Definition("mean_ratio", "the group's mean over that of the reference",
               "delta method, on the log scale"),
    Definition("cohens_d", "the difference of two means in pooled standard deviations", "normal",
               "Cohen (1988), chapter 2; Hedges and Olkin (1985), page 86"),
    Definition("hedges_g", "Cohen's d freed of its bias in small groups", "normal",
               "Hedges (1981), J. Educational Statistics 6: 107-128"),
    Definition("students_to_parity", "how many students' results would have to differ for the "
               "group to reach the reference's rate, the reference held still; exact whole number"),
    Definition("students_to_parity_moving", "the same against all students, whose rate moves too"),
    Definition("percentage_point_gap", "the group's rate minus the reference's",
               "the margin of error of the published rule",
               "California Community Colleges Chancellor's Office (2017), Percentage Point Gap "
               "Method"),
    Definition("percentage_point_gap_flag", "1 where the gap is to the worse side and beyond its "
               "margin of error"),
    Definition("index_80", "the group's rate over the reference's",
               "", "29 CFR 1607.4(D), four-fifths rule"),
    Definition("index_80_flag", "1 where the index is under 0.8 (of an adverse outcome: over "
               "1.25)"),
    Definition("proportionality_index", "the group's share of events over its share of students",
               "", "California Community Colleges Chancellor's Office (2014), Guidelines for "
               "Measuring Disproportionate Impact"),
    Definition("proportionality_index_flag", "1 where the index is to the worse side of its "
               "published limit"),
    Definition("predictability", "100 x (2 AUC - 1) of the identity cells' true rates, debiased; "
               "group lists the factors", "closed form, inverted",
               "study: study-predictability.md"),
    Definition("r_squared", "the share of a mean's variance that lies between identity cells, "
               "freed of what chance adds", "schools resampled"),
)  # fmt: skip
