"""What the rules of choice refuse to count."""

from crossview.foundation.errors import Refusal


class DuplicateDepartment(Refusal):
    """Department {department} is on the roster twice. Name each department once, with all its people."""

    status = 422
    code = "duplicate_department"


class RosterNegative(Refusal):
    """Department {department} has {people} people on the roster. Give the number of its people, 0 or more."""

    status = 422
    code = "roster_negative"


class UnknownDepartment(Refusal):
    """Department {department} is not on the roster. Invite it to the script, or leave its votes out."""

    status = 422
    code = "unknown_department"


class MoreBallotsThanRoster(Refusal):
    """{answers} people of department {department} voted, but its roster has {people}. Correct the roster or the votes."""

    status = 422
    code = "more_ballots_than_roster"


class DuplicateItem(Refusal):
    """Item {item} is listed twice. Name each item of the script once."""

    status = 422
    code = "duplicate_item"


class CostNotPositive(Refusal):
    """Item {item} takes {minutes} minutes. Give each item more than 0 minutes."""

    status = 422
    code = "cost_not_positive"


class NotANumber(Refusal):
    """{value} is not a number of minutes. Write a plain decimal such as 7 or 7.5, as a decimal or a text."""

    status = 422
    code = "not_a_number"


class TooManyDecimals(Refusal):
    """{value} minutes is finer than a hundredth. Round it to at most 2 places."""

    status = 422
    code = "too_many_decimals"


class BudgetNegative(Refusal):
    """There are {minutes} minutes to share. Give the core sections 0 minutes or more."""

    status = 422
    code = "budget_negative"


class BadBallot(Refusal):
    """The ballot of {person} on item {item} cannot be counted: {reason}.

    A ballot says keep, drop or pass, or nothing; a grade is a whole number from 0 to 5. One person has one ballot an item
    and one department a script.
    """

    status = 422
    code = "bad_ballot"


class BadOrder(Refusal):
    """The order must name every item of the script exactly once, but item {item} is {fault}."""

    status = 422
    code = "bad_order"


class BadSetting(Refusal):
    """The setting {setting} is not valid: {reason}. The values that each setting takes are in the documentation."""

    status = 422
    code = "bad_setting"
