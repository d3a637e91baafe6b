"""How people write, put as training questions are written: stretched letters, ICE by its sound, SOS, "solo".

What is not told with certainty stays as it was.
"""

from __future__ import annotations

import re

# Words, folded, in which a letter stands twice, of those that people stretch: "calllll" is "call". In all
# others a stretched letter stands once: "ayudaaaa" is "ayuda".
_WITH_DOUBLES = (
    "address agree all allow allowed appeal apply arrest arrested attack attorney bee been better bill "
    "book boss call called calling carry coffee collect cook deep dollar dollars door doors feel "
    "feeling follow followed following food free full getting good green happen happened happening "
    "hello hurry illegal immigrant immigration keep kill killed killing kiss letter little look looking "
    "mall matter meet meeting miss missed mommy need needs off office officer officers pass passed "
    "passport pull pulled pulling really room school see seen sell sleep small soon sorry staff still "
    "stopped street streets stuff sweet tell telling tomorrow too took tree wall weed week weeks well "
    "will yell yelling aquella aquellos arrestan arrestar arrestaron arresto agarra agarran agarrar "
    "agarraron agarro alla alli barrio borrar calle calles carro carros cerca cerrado cerrar cierra "
    "correr corre corren corrieron creen creer cuchillo ella ellas ellos error guerra leer lee llama "
    "llaman llamar llamaron llame llamo llave llega llegan llegar llegaron llego lleno lleva llevan "
    "llevar llevaron llevo llora llorando llorar milla perro perros perrera rodilla silla socorro "
    "taller terror tierra torre"
)
_RUN = re.compile(r"(.)\1*", re.DOTALL)
_STRETCHED = re.compile(r"([^\W\d_])\1\1", re.IGNORECASE)
# No word of either language ends so: "migraa", "ayudaa".
_STRETCHED_END = re.compile(r"[^\W\d_]{3,}?(?:aa|áa|ii|uu)", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
# Nearly no text has such a word: to look once takes a tenth of the time.
_MAY_BE_STRETCHED = re.compile(r"([^\W\d_])\1\1|(?:aa|áa|ii|uu)(?![^\W\d_])", re.IGNORECASE)
_ADDRESS_WORDS = ("www", "xxx", "iii")

# The letter "h" is silent in Spanish, and ICE sounds like "hice" (I did) to some: where somebody else does
# something, or where no verb can stand.
_HICE = re.compile(
    r"\bhice(?=\s+(?:(?:me|te|se|lo|la|los|nos|le|les)\s+)?(?:est[aáeé]n?|estaba|vino|viene|vienen|"
    r"vinieron|ven[ií]a|"
    r"lleg[oóa]n?|llegaron|toc[oóa]n?|tocaron|and[ao]n?|andaba|entr[oóa]n?|entraron|agarr[oóa]n?|agarraron|"
    r"llev[oóa]n?|llevaron|par[oóa]n?|pararon|pide|piden|pidi[oó]|puede|pueden|quiere|quieren|arrest[oóa]n?|"
    r"detuvo|detiene|sigue|siguen|sigui[oó]|pas[oóa]n?|sali[oó]|va|van|hace|tiene|dice|dijo|afuera|adentro|"
    r"aqu[ií]|is|are|came|took|got|at|here|outside)\b)"
    r"|(?<=\bde )hice\b|(?<=\bdel )hice\b|(?<=\bcon )hice\b|(?<=\bcontra )hice\b|(?<=\bviene )hice\b|"
    r"(?<=\bvino )hice\b|(?<=\bllega )hice\b|(?<=\blleg[oó] )hice\b|(?<=\bentra )hice\b|"
    r"(?<=\bentr[oó] )hice\b|"
    r"(?<=\banda )hice\b|(?<=\btoca )hice\b|(?<=\bagente )hice\b|(?<=\bagentes )hice\b|(?<=\bthe )hice\b|"
    r"(?<=\bla )hice(?= (?:en|a|y|est))",
    re.IGNORECASE,
)
# "yo hice", "qué hice", "lo hice" come before a verb that is another one's only in another sentence.
_I_DID = re.compile(r"\b(?:yo|qu[eé]|lo|ya|nunca|no|me) hice\b", re.IGNORECASE)

# "Solo" is "only" before what somebody has, is or wants, and "alone" behind what leaves a person so.
_ONLY = re.compile(
    r"\bsólo\b|\bsolo(?=\s+(?:teng[oa]|tienen?|tenemos|quier[oe]n?|necesit[oa]n?|habl[oa]n?|hablamos|"
    r"entiend[oe]n?|s[eé]|"
    r"es|eran?|fue|soy|somos|son|hay|pued[oe]n?|con|una?|por|porque|para|si|cuando|me|nos|le|les|los|las|"
    r"mis?|sus?|dos|"
    r"tres|\d+|ingl[eé]s|español|itin|pasaporte|licencia|mica)\b)",
    re.IGNORECASE,
)
_LEFT_ALONE = re.compile(
    r"\b(?:est[oaáeé]\w*|qued\w+|dej\w+|viv\w+|and[oa]n?|ir|voy|va|fue|siento|sentir\w*|tan|muy|niño|menor|"
    r"viaj\w+|"
    r"cruz\w+|lleg\w+|vin[eo]|dorm\w+|duerme|salir|salgo|camin\w+|a)\s+solo\b",
    re.IGNORECASE,
)

# Letters that languages of Mexico and Guatemala write with a stop: "k'iche'" is one word.
_WITH_STOP = re.compile(
    r"(?<![^\W\d_])((?:ch|tz|[kqbt])|[^\W\d_]+(?:ch|tz|[kqbt]))['’ʼ`´](?=[aeiouäëïöüáéíóú])", re.I
)

# An SOS is a word where it stands alone or with a few others; in a notice it is an ornament.
# It is a word of its own: "sos" is "you are" in Central America.
_CRY = "sosauxilio"
_SOS = re.compile("[🆘\ufe0f]+")
_SOS_ALONE = re.compile(r"\W*(?:s\s*\W?\s*o\s*\W?\s*s)\W*", re.IGNORECASE)
_FEW_WORDS = 3


def respell(text: str) -> str:
    """Return a text with its words as they are spelled."""
    if "🆘" in text or _SOS_ALONE.fullmatch(text):
        rest = _SOS.sub(" ", text)
        few = len(rest.split()) <= _FEW_WORDS
        alone = _SOS_ALONE.fullmatch(text) or not rest.strip()
        text = _CRY if alone else f"{_CRY} {rest}" if few else rest
    text = _WITH_STOP.sub(r"\1", text)
    if _MAY_BE_STRETCHED.search(text):
        text = _WORD.sub(lambda match: _unstretched(match[0]), text)
    if not _LEFT_ALONE.search(text):
        text = _ONLY.sub("solamente", text)
    return text if _I_DID.search(text) else _HICE.sub("ice", text)


def _unstretched(word: str) -> str:
    if not (_STRETCHED.search(word) or _STRETCHED_END.fullmatch(word)):
        return word
    runs = [match[0] for match in _RUN.finditer(word.lower())]
    if len(runs) == 1:
        return word if word.lower() in _ADDRESS_WORDS else runs[0][0]
    for known in _BY_LETTERS.get("".join(run[0] for run in runs), ()):
        if all(len(given) >= len(needed) for given, needed in zip(runs, known, strict=True)):
            return "".join(known)
    return "".join(
        run[0] if len(run) > 2 or (index == len(runs) - 1 and run[0] in "aiu") else run
        for index, run in enumerate(runs)
    )


def _runs_by_letters() -> dict[str, list[list[str]]]:
    """Return the words with doubles as runs of letters, by their letters without the doubles."""
    found: dict[str, list[list[str]]] = {}
    for word in _WITH_DOUBLES.split():
        runs = [match[0] for match in _RUN.finditer(word)]
        found.setdefault("".join(run[0] for run in runs), []).append(runs)
    return found


_BY_LETTERS = _runs_by_letters()
