"""Whether a sentence asks for something: a question, an order, or a wish, in English or French."""

import re

_WISH = re.compile(
    r"\b(?:must|should|shall|needs?|needed|wants?|wish(?:es)?|please|would (?:like|love|prefer)|has to|have to|ought|expect|hope|"
    r"required?|let['’]?s|let us|may (?:not|only)|make sure|"
    r"il (?:me |nous )?faut|faudrait|dois|doit|doivent|devra(?:it|ient)?|devront|veux|veut|voudr\w+|souhait\w*|aimer(?:ais|ions)|"
    r"besoin d|merci d|svp|veuillez|s['’]il (?:te|vous) pla[iî]t|je (?:te|vous) prie)\b",
    re.IGNORECASE,
)
_RULE = re.compile(
    r"(?:no|not|never|nothing|nobody|none|only|always|at (?:least|most)|"
    r"aucune?|jamais|rien|personne|toujours|pas d[eu’']|au (?:moins|plus))\b",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"(?:[\W_]|\d+[.)]\s)*(?:(?:and|but|or|so|then|also|first|second|next|finally|lastly|now|otherwise|afterwards?|"
    r"et|mais|ou|puis|ensuite|enfin|aussi|d['’]abord|sinon|do|don['’]t)\b[\s,]*(?:not\s+)?)*",
    re.IGNORECASE,
)
_WORDS = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)*)(?:\s+(\S+))?")
_CLAUSE = re.compile(r"[,;:—–]\s+")
_ORDERS = frozenset(
    """
    add adapt adjust agree analyse analyze answer append apply arrange ask assess attach avoid begin bring build calculate
    change check choose cite clarify classify clean collect combine compare complete compile compose compute conclude
    confirm connect consider convert copy correct count cover create cut date decide define delete deliver describe design
    detail determine develop discuss distinguish divide document draft draw drop edit enable end enlarge ensure enumerate
    estimate evaluate examine exclude expand explain explore express extend extract fill find finish fix focus fold follow
    format formulate gather generate get give go group handle identify illustrate implement import improve include indicate
    insert inspect integrate interview introduce invent investigate join judge justify keep label leave limit link list
    look maintain make map mark measure mend mention merge migrate move name note number offer omit open order organise
    organize outline paraphrase plan point prefer prepare present preserve produce propose prove provide publish put quote
    rank rate read recommend record reduce refer remove rename reorganise reorganize repair repeat rephrase replace reply
    report reproduce research resolve respect restructure review revise rewrite run save say search select send separate
    set shorten show simplify sketch solve sort specify split standardise standardize start state stop structure study
    suggest summarise summarize support take tell test think tidy track transform translate treat trim turn unify update
    use validate verify visit write
    ajoute analyse choisis cite compare complète construis conserve corrige crée décris définis dis donne écris enlève
    évite explique fais garde identifie indique liste lis mesure mets montre note prépare présente propose produis range
    rédige relis remplace résume réponds réunis supprime trouve traduis utilise vérifie
    """.split()  # noqa: SIM905
)
_OBJECTS = frozenset(
    """
    a an the all any each every both no one two three some its it them this that these those my your our their his her
    what which who whom whose how why where when whether if at about only exactly more less only also to into up out down
    un une le la les l du des de d au aux en à ce cet cette ces mon ma mes ton ta tes son sa ses notre nos votre vos leur
    leurs chaque tous toutes tout toute deux trois quel quelle quels quelles ce que qui comment pourquoi où si
    """.split()  # noqa: SIM905
)
_NO_ORDERS = frozenset(
    """
    i you he she it we they there here this that these those who what which how why where when while whenever if unless
    until since because although though as after before by at in on for from with without within of to into onto over under
    above below between among through during about against across along around behind beside beyond despite except inside
    like near off out outside past per than toward towards up down both each every all any some many much most more few
    several such half one two three today tomorrow yesterday once soon later sometimes often usually perhaps maybe however
    therefore thus still yet even just almost given my your our his her its their the a an
    je tu il elle on nous vous ils elles ce cela ceci ça c ici là qui que quoi quand lorsque comme si puisque parce bien
    quoique après avant par à dans sur pour de du des avec sans sous entre parmi pendant vers chez contre depuis dès malgré
    hello hi dear thanks thank bonjour salut bonsoir merci cher chère chers chères
    sauf selon le la les un une l d mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs cet cette ces tout
    toute tous toutes chaque plusieurs quelques certains demain hier parfois souvent voici voilà donc ainsi
    """.split()  # noqa: SIM905
)
_STATES = frozenset(
    "is are was were be been has have had will would can could may might did does est sont était étaient ont sera".split()  # noqa: SIM905
)


def asks(sentence: str) -> bool:
    """Whether `sentence` asks for something. In doubt it does: a wish too many is seen, a wish lost is not."""
    text = sentence.strip()
    bare = _LEAD.sub("", text, count=1) if (found := _LEAD.match(text)) and found[0] else text
    if text.rstrip("\"'”’»)*_ ").endswith("?") or _WISH.search(text) or _RULE.match(text):
        return True
    return _orders(bare) or any(_orders(clause, later=True) for clause in _CLAUSE.split(text)[1:])


def asks_as_title(title: str) -> bool:
    """Whether a heading asks by itself: a question, or an order with its object. Words like "wish" only name there."""
    return title.rstrip("*_ ").endswith("?") or _orders(title, later=True)


def _orders(clause: str, later: bool = False) -> bool:
    """Whether the clause begins with an imperative: a verb that gives orders, or a word with an object behind it as one has.

    A clause inside a sentence must show both, for there a noun is as likely.
    """
    found = _WORDS.match(clause)
    if found is None:
        return False
    first, second = found[1].casefold(), (found[2] or "").casefold().strip(".,;:!?*_\"“”'")
    known = first in _ORDERS
    has_object = second.split("'")[0].split("’")[0] in _OBJECTS or second.startswith(("`", "[")) or second[:1].isdigit()
    if later:
        return known and has_object
    if first in _NO_ORDERS or second in _STATES:
        return False
    return known or (has_object and not re.search(r"(?<!on)s$|ed$|ing$|ly$", first) and len(first) > 1)
