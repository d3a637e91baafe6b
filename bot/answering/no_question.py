"""Messages that ask nothing of the law: the end of messages, commands, who answers here, reactions, machines.

They are told by their words alone and never reach Rasa. A sentence is one of them only as a whole: "stop
texting me" ends the messages, "how do I stop an eviction" and "my ex won't stop texting me" are questions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from bot.text.language import fold


class Kind(Enum):
    """What a message is that asks nothing."""

    # End the messages, ask what this is, begin (again), ask about privacy.
    STOP = auto()
    HELP = auto()
    START = auto()
    PRIVACY = auto()
    # Ask who answers here, a person or a machine.
    WHO = auto()
    # Somebody likes a message.
    REACTION = auto()
    # Somebody dislikes a message, or marks it with "?": it was not clear.
    DOUBT = auto()
    # A phone or an office that answers by itself.
    AUTOMATIC = auto()


@dataclass(frozen=True)
class NoQuestion:
    """What a message is, and its language where the words tell one."""

    kind: Kind
    language: str | None = None


# Words alone that carriers, Twilio and people use, and their language where they have one.
# https://help.twilio.com/articles/223134027
_WORDS: Mapping[Kind, Mapping[str, str | None]] = {
    Kind.STOP: {
        **dict.fromkeys(("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout")),
        **dict.fromkeys(("alto", "parar", "pare", "paren", "baja", "detener", "detenga", "detengan"), "es"),
        **dict.fromkeys(("cancelar", "terminar", "basta", "alto ya", "ya basta"), "es"),
    },
    Kind.HELP: {"help": "en", "info": None, "ayuda": "es"},
    Kind.START: {
        **dict.fromkeys(("start", "unstop")),
        **dict.fromkeys(("empezar", "comenzar", "iniciar"), "es"),
    },
}

# Commands ("/restart") as people know them from other bots; any other asks what there is.
_COMMAND = re.compile(r"\s*/+\s*(?P<name>[^\W\d_]\w*)(?:@\w+)?(?P<rest>.*)", re.DOTALL)
_COMMANDS: Mapping[str, NoQuestion] = {
    **dict.fromkeys(("start", "restart", "reset", "begin", "new"), NoQuestion(Kind.START)),
    **dict.fromkeys(("inicio", "iniciar", "reiniciar", "empezar", "comenzar"), NoQuestion(Kind.START, "es")),
    **dict.fromkeys(("stop", "end", "quit", "unsubscribe", "cancel"), NoQuestion(Kind.STOP)),
    **dict.fromkeys(("alto", "parar", "detener", "baja", "salir"), NoQuestion(Kind.STOP, "es")),
    "privacy": NoQuestion(Kind.PRIVACY),
    "privacidad": NoQuestion(Kind.PRIVACY, "es"),
    **dict.fromkeys(("ayuda", "opciones"), NoQuestion(Kind.HELP, "es")),
}

# Below, all is folded: "don't" is "don t", "número" is "numero".
_POLITE = (
    "please|pls|plz|hey|hi|hello|ok|okay|just|thanks|thank you|sorry|sir|bro|dude|now|and|i said|already|"
    "por favor|porfavor|porfa|xfa|gracias|oye|oiga|oigan|hola|mire|mira|miren|ya|y|mejor|ahora|les digo|"
    "can you|could you|would you|will you|can u|me pueden|me puede|pueden|puede|podrian|podria|favor de"
)


def _some(words: str) -> str:
    """Return a pattern of any of the words, as often as they come; each has a space before it."""
    return rf"(?: (?:{words}))*"


_TEXTS = "texts?|txts?|messages?|msgs?|messaging|texting|sms|spam|notifications?|alerts?|updates?"
_WRITING = "texting|txting|messaging|writing|contacting|calling|bothering|spamming|replying to|sending"
_WRITE = "text|txt|message|msg|write|contact|call|bother|spam"
_TO_ME = _some("to|me|us|this number|this phone|my phone|my number|my cell|here")
_MORE = _some("any ?more|again|all|these|those|this|the|your|so many|ever|stuff|things|at night")
_TAKE_OFF = rf"{_some('me|us|my|this|phone|cell|number')} (?:off|from|out)"
_LIST = f"lists?|mailing list|system|database|contacts|{_TEXTS}"
_STOP_EN = (
    "stop(?: stop| now| all)*",
    rf"(?:stop|quit|cease|no more) (?:{_WRITING}){_TO_ME}{_MORE}{_some(_TEXTS)}{_TO_ME}{_MORE}",
    rf"(?:stop|cancel|end|"
    rf"no more){_some('all|the|these|those|this|your|with|sending|getting')} (?:{_TEXTS}){_MORE}",
    rf"(?:do not|don t|dont|never) (?:{_WRITE}|send){_TO_ME}{_MORE}{_some(_TEXTS)}{_MORE}",
    rf"i (?:do not|don t|dont|no longer) (?:want|need|wish){_some('to get|to receive|any|more|your')}{_MORE}"
    rf" (?:{_TEXTS}){_MORE}",
    rf"(?:remove|delete|erase)(?: (?:me|my number|my phone number|my cell|this number))(?:{_TAKE_OFF})?"
    rf"{_some(f'of|the|your|this|these|{_LIST}')}",
    rf"(?:take|get|drop){_TAKE_OFF}{_some('of|the|your|this|these')} (?:{_LIST}){_MORE}",
    r"(?:how (?:do|can) i )?(?:i (?:want|would like|need|d like) (?:you )?to )?(?:unsubscribe|unsuscribe|"
    r"opt out)"
    rf"{_some(f'me|from|of|the|your|this|these|{_LIST}')}",
    rf"how (?:do|can) i (?:stop|cancel|end){_some('getting|receiving|all|the|these|those|your|you')} "
    rf"(?:{_TEXTS}|from texting(?: me)?)",
    "opt me out|leave me alone|lose my number",
    "(?:you have |this is )?(?:the )?wrong (?:number|person)",
)
_VERBS_ES = "mand|envi|escrib|text|mensaj|molest|llam|contact|notifi"
_SENDING_ES = r"(?:mand|envi|escrib|text|mensaj|molest|llam|contact)(?:ar|ir|ear)(?:me|nos|le|les)?"
_GETTING_ES = (
    "recibir|que (?:me|nos) (?:lleguen?|manden?|envien?|escriban?|llamen?|molesten?|texteen?)(?: mas)?"
)
_TEXTS_ES = (
    "mensajes?|mensages?|mensajitos?|textos?|msjs?|msgs?|sms|notificaciones|avisos|alertas|nada|cosas|"
    "suscripcion"
)
_MORE_ES = _some(
    "mas|de|mi|mis|sus?|tus?|estos?|esos?|los|las|el|la|tantos|con|a este numero|a mi numero|a mi celular|"
    "a mi telefono|"
    "a mi cel|aqui|por aqui|nunca|ya|a mi"
)
_LIST_ES = "listas?|sistema|base de datos|contactos|directorio|mensajes"
_FROM_ES = _some(f"de|del|en|la|las|su|sus|esta|tu|tus|los|{_LIST_ES}")
_STOP_ES = (
    "(?:alto|detener|basta)(?: alto| ya)*",
    rf"(?:deja|deje|dejen|dejar|paren?|para|basta) de {_SENDING_ES}{_MORE_ES}{_some(_TEXTS_ES)}{_MORE_ES}",
    rf"(?:ya )?no (?:me |nos )?(?:vuelvan? a {_SENDING_ES}|(?:{_VERBS_ES})(?:[aei]s?|en|an|een|ees|eas|"
    rf"ean|quen?))"
    rf"{_MORE_ES}{_some(_TEXTS_ES)}{_MORE_ES}",
    rf"(?:ya )?no (?:quiero|deseo|necesito)(?: (?:{_GETTING_ES}))?{_MORE_ES} (?:{_TEXTS_ES}){_MORE_ES}",
    rf"(?:ya )?no (?:quiero|deseo) (?:{_GETTING_ES}){_MORE_ES}",
    rf"(?:ya )?no mas{_MORE_ES} (?:{_TEXTS_ES})",
    rf"(?:basta|paren?|alto|cancelen?|cancela|cancelar|detengan?|detener)(?: con| de|"
    rf" a)?{_MORE_ES} (?:{_TEXTS_ES})",
    rf"(?:quit|borr|elimin)(?:a|e|en|an|es|ar)(?:me|nos|lo){_FROM_ES}",
    r"(?:quit|borr|elimin|sac|saqu)(?:a|e|en|an|es|ar)(?:(?: a)? (?:mi|el|este) "
    rf"(?:numero|telefono|celular|cel|contacto)(?: de (?:telefono|celular))?| mis datos){_FROM_ES}",
    rf"(?:(?:sac|saqu)(?:a|e|en|ar)(?:me|nos)|(?:quit|borr|elimin|sac)ar){_FROM_ES} (?:{_LIST_ES})",
    r"(?:quiero |como (?:me |le hago para ))?(?:dar|doy|den|denme|deme|darme|denos|dame) de baja"
    rf"(?: (?:a )?mi (?:numero|telefono|celular))?{_FROM_ES}",
    rf"(?:como (?:le hago para )?)?(?:dejo|dejar) de recibir{_MORE_ES} (?:{_TEXTS_ES})|desuscrib\w+",
    "(?:dejenme|dejeme|dejame) en paz|no molesten|no molestes",
    "(?:es |este es )?(?:el )?(?:numero equivocado|numero incorrecto)|se equivoc(?:o|aron) de numero",
)


def _whole(sentences: tuple[str, ...]) -> re.Pattern[str]:
    said = "|".join(sentences)
    return re.compile(rf"(?:(?:{_POLITE}) )*(?:{said})(?: (?:{_POLITE}|{said}))*")


_STOP_SENTENCES = {"en": _whole(_STOP_EN), "es": _whole(_STOP_ES)}
# Longer, it says more than that.
_MOST_WORDS_TO_STOP = 20

_MACHINE_EN = (
    r"(?:an? |the )?(?:real |actual |live )?(?:ai|a i|bot|robot|chatbot|chat gpt|chatgpt|machine|computer|"
    r"program|human|"
    r"human being|person|real|someone real)"
)
_MACHINE_ES = (
    r"(?:un |una )?(?:robot|bot|chatbot|maquina|ia|i a|inteligencia artificial|persona|humano|humana|"
    r"ser humano|"
    r"computadora|programa|chatgpt|chat gpt|real|alguien)(?: real| de verdad| de carne y hueso)?"
)
_WHO = {
    "en": re.compile(
        r"(?:(?:wait|hey|hi|hello|so|ok) )*(?:"
        rf"(?:(?:are|r) (?:you|u)|is this|am i (?:talking|texting|chatting|speaking) (?:to|"
        rf"with)) {_MACHINE_EN}"
        rf"(?: or (?:just )?{_MACHINE_EN}| (?:am i )?talking to)*|who are you|who r u|who is this|"
        rf"what are you|what r u|"
        r"who am i (?:talking|texting|chatting|speaking) (?:to|with)|what s your name|whats your name)"
    ),
    "es": re.compile(
        r"(?:(?:hola|oye|oiga|y|pero|disculpe) )*(?:(?:tu |usted )?(?:eres|sos|es usted|esto es|con)|"
        r"usted es|"
        r"(?:estoy )?(?:hablo|hablando|chateando) con|contesta|responde) "
        rf"{_MACHINE_ES}(?: o (?:es )?{_MACHINE_ES})*|(?:hola )?(?:y )?(?:tu )?(?:quien eres(?: tu)?|"
        rf"quien es usted|quien sos|"
        r"que eres|con quien (?:hablo|estoy hablando|tengo el gusto)|como te llamas|como se llama usted)"
    ),
}

# What phones send where somebody presses "like" on a message, instead of a heart on it: said of a message in
# quotation marks, or of a picture.
_QUOTED = r"[“”\"«‘'„].*"
_MEDIA = (
    r"(?:an?|una?|la|el|the|your) (?:image|photo|picture|video|movie|message|attachment|audio|voice message|"
    r"sticker|link|location|imagen|foto|pel[ií]cula|mensaje|archivo|adjunto|nota de voz|enlace|"
    r"ubicaci[oó]n)\W*"
)
_DOUBTED = (
    "disliked|questioned|no le (?:gust[oó]|ha gustado|gusta)|(?:puso|pone) en duda|cuestion[oó]|"
    "pregunt[oó](?: por)?"
)
_LIKED = (
    r"liked|loved|laughed at|emphasi[sz]ed|reacted .{1,12} to|reacted to|removed an? .{1,20} from|"
    r"(?:a \w+ )?le (?:gust[oó]|encant[oó]|gusta|encanta|ha gustado|ha encantado|dio risa)(?: a)?|"
    r"me (?:gusta|encanta)|se (?:ri[oó]|ha re[ií]do) (?:de|con)|(?:enfatiz|destac|exclam|resalt)[oó]|"
    r"ha (?:enfatizado|destacado)|reaccion[oó](?: con)? .{1,12} a|reaccion[oó] a|"
    r"(?:elimin|quit)[oó] (?:una?|el|la|su) .{1,30} (?:de|a)"
)
_REACTIONS = {
    kind: re.compile(rf"(?:{verbs}) (?:{_QUOTED}|{_MEDIA})", re.IGNORECASE | re.DOTALL)
    for kind, verbs in ((Kind.DOUBT, _DOUBTED), (Kind.REACTION, _LIKED))
}
_EMOJI_TO_QUOTED = re.compile(
    rf"([^\w\s.,;:!?¿¡\"'“”«»()/-]{{1,8}})\s*(?:to|a|en|on)\s*{_QUOTED}", re.IGNORECASE | re.DOTALL
)
# Alone they say "I have read it" or "thanks"; a face in tears or an SOS says something else.
_READ = frozenset("👍👌🙏❤♥💕💖💗💙💚💛🧡💜🤍😀😁😂🤣😃😄😅😆😊🙂😉😍🥰😘🤗🙌👏💪✅✔💯🫶🤝✨🎉🌹💐")
_UNCLEAR = frozenset("👎🤔❓❔🤷⁉")
_JOINERS = re.compile("[\ufe0e\ufe0f\u200d\U0001f3fb-\U0001f3ff\u2640\u2642\\s]")

# What phones and offices write by themselves, each sentence as a whole: somebody who drives and is followed
# asks something. Nobody who "can't talk now" is taken for a machine: it may be who is in danger.
_WORDS_AFTER = r"(?: \w+){0,40}"
_LATER_EN = (
    r"(?:(?:i ll|ill|i will|i m gonna|im gonna|we ll|we will)(?: \w+){0,6} (?:you|u|ya|your message|touch|"
    r"back|later|l8r|soon|asap|respond|reply)"
    r"|(?:will |gonna )?(?:text|txt|call|message|msg|hit) (?:you|u|ya) (?:up |back )?(?:later|l8r|soon|when|"
    r"once|after))"
    r"(?: \w+){0,12}"
)
_CANNOT_EN = (
    "(?:i )?(?:can t|cant|cannot|can not|am unable to) (?:talk|text|answer|respond|reply|chat|pick up)"
    + _some("or|to|text|talk|your|you|messages?|right now|now|at the moment")
)
_NOW_EN = _some("right now|now|at the moment|currently")
_AUTOMATIC_EN = (
    rf"(?:this is an )?(?:auto(?:matic|mated)?|away|out of office) ?(?:reply|response|message|text|"
    rf"sms){_WORDS_AFTER}",
    rf"(?:sorry )?driving{_NOW_EN}(?: (?:and|so|but))?(?: {_CANNOT_EN}| {_LATER_EN})+",
    rf"(?:sorry )?(?:i m|im|i am) (?:currently |now )?(?:driving|behind the wheel){_NOW_EN}"
    r"(?: with (?:do not disturb while driving|driving focus|focus|do not disturb) turned on)?"
    rf"(?: (?:and|so|but))?(?: {_CANNOT_EN}| {_LATER_EN})*",
    r"(?:sorry )?(?:i m|im|i am) (?:currently )?(?:busy|in a meeting|in class|at work)"
    rf"{_NOW_EN}(?: (?:and|so))?(?: {_LATER_EN}| call (?:me )?(?:back )?later| {_CANNOT_EN})+",
    rf"(?:sorry )?{_CANNOT_EN} (?:because )?(?:i m|im|i am) driving(?: {_LATER_EN})?",
    r"(?:sorry |hello |hi )?(?:i m|im|i am|we are|we re) (?:currently )?(?:out of (?:the |my )?office|"
    rf"away from (?:the |my )?(?:office|desk|email)|on (?:vacation|annual leave|holiday)){_WORDS_AFTER}",
    "(?:i m|i am) not receiving notifications",
    rf"if this is urgent reply urgent{_WORDS_AFTER}",
    r"(?:thank you|thanks) for (?:contacting|reaching out|calling|texting|messaging|your (?:message|email|"
    r"inquiry))"
    r"(?: \w+){0,30}? (?:unavailable|closed|representative|agent|shortly|as soon as|business hours|"
    r"get back to you|"
    rf"respond|reply|let us know|we help|received){_WORDS_AFTER}",
    rf"(?:we have|we ve) received your (?:message|text|email|request|inquiry){_WORDS_AFTER}",
    rf"(?:please )?(?:do not|don t) (?:reply|respond) to this (?:message|text|number|email){_WORDS_AFTER}",
    r"this (?:number|inbox|mailbox|line) (?:is not|isn t|cannot|does not|doesn t)(?: \w+){0,2} "
    rf"(?:monitored|receive|accept){_WORDS_AFTER}",
    rf"(?:our|the) office is (?:currently |now )?closed(?: (?:and|we|our|office|business|"
    rf"hours){_WORDS_AFTER})?",
)
_LATER_ES = (
    r"(?:(?:luego|despues|al rato|mas tarde|en cuanto (?:pueda|llegue)|cuando (?:pueda|llegue|termine)) )?"
    r"(?:te|le|les) (?:llamo|marco|contesto|respondo|escribo|llamare|contestare|respondere|responderemos|"
    r"contestaremos|atenderemos|llamaremos|devuelvo la llamada)(?: \w+){0,10}"
)
_CANNOT_ES = (
    r"(?:ahora |ahorita |por el momento |en este momento )?no (?:le |te )?(?:puedo|podemos) "
    r"(?:hablar|contestar(?:te|le)?|responder(?:te|le)?|atender(?:te|le)?|escribir)"
    + _some("ahora|ahorita|el|la|tu|su|telefono|llamada|mensajes?|en este momento|por el momento")
)
_SEEN_ES = r"vere (?:tu|su) mensaje(?: \w+){0,8}"
_NOW_ES = _some("ahorita|ahora|en este momento|mi carro")
_AUTOMATIC_ES = (
    rf"(?:est[ea] es una? )?(?:respuesta|mensaje|contestacion) automatic[oa]{_WORDS_AFTER}",
    rf"(?:disculpe |disculpa |perdon )?(?:estoy|voy) (?:ahorita |ahora )?(?:manejando|conduciendo|"
    rf"al volante){_NOW_ES}"
    r"(?: con (?:la funcion |el modo |el enfoque )?(?:no molestar(?: al conducir)?|conduccion|"
    r"conducir) activad[oa])?"
    rf"(?: (?:y|asi que|por eso))?(?: {_CANNOT_ES}| {_LATER_ES}| {_SEEN_ES})*",
    r"(?:disculpe |disculpa |perdon )?estoy (?:ahorita |ahora )?(?:ocupad[oa]|en una (?:junta|reunion)|"
    r"en clases?|"
    rf"en el trabajo){_NOW_ES}(?: y)?"
    rf"(?: {_LATER_ES}| {_CANNOT_ES}| (?:llamame|marcame|llameme) (?:mas tarde|despues|luego))+",
    rf"(?:disculpe )?{_CANNOT_ES} (?:porque )?(?:estoy|voy) (?:manejando|conduciendo)(?: {_LATER_ES})?",
    r"(?:hola )?(?:estoy|me encuentro|estare|estamos|nos encontramos) (?:fuera de (?:la |mi |"
    r"nuestra )?oficina|"
    rf"de vacaciones|fuera del horario(?: de atencion)?){_WORDS_AFTER}",
    "no estoy recibiendo notificaciones",
    rf"si (?:esto )?es urgente responde urgente{_WORDS_AFTER}",
    r"(?:muchas )?gracias por (?:contactar(?:nos|te|se)?|comunicar(?:se|te)|escribir(?:nos)?|llamar(?:nos)?|"
    r"(?:su|tu) (?:mensaje|correo|preferencia))(?: \w+){0,30}? (?:no podemos|responderemos|contestaremos|"
    rf"atenderemos|horario|lo antes posible|brevedad|representante|dinos|dinos en que|"
    rf"podemos ayudar\w*){_WORDS_AFTER}",
    rf"(?:hemos recibido|recibimos) (?:su|tu) (?:mensaje|correo|solicitud|texto){_WORDS_AFTER}",
    r"(?:por favor )?no (?:responda|respondas|conteste|contestes|responder) (?:a )?este (?:mensaje|numero|"
    r"texto|correo)"
    rf"{_WORDS_AFTER}",
    rf"este (?:numero|buzon|telefono) no (?:recibe|acepta|es monitoreado){_WORDS_AFTER}",
    r"(?:nuestra|la) oficina (?:esta|se encuentra) cerrada"
    rf"(?: (?:y|nuestro|horario|en este momento|por hoy){_WORDS_AFTER})?",
)


def _patterns(*sentences: str) -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, sentences))


_AUTOMATIC = {"en": _patterns(*_AUTOMATIC_EN), "es": _patterns(*_AUTOMATIC_ES)}
# What a machine says besides, and people too.
_BESIDES = {
    language: _patterns(
        *sentences,
        r"(?:hi|hello|hey|sorry|thanks|thank you|hola|disculpe|perdon|gracias)(?: \w+)?",
        r"(?:sent|enviado) (?:from|via|by|desde|por|con)(?: \w+){1,4}",
    )
    for language, sentences in (
        ("en", (_LATER_EN, _CANNOT_EN)),
        ("es", (_LATER_ES, _CANNOT_ES, _SEEN_ES)),
    )
}
_SENTENCE_ENDS = re.compile(r"[.!?…\n()]+|\s[-–—]+\s")
# Such a text has a few sentences at most, and none of these words.
_MOST_CHARACTERS = 700
_NEVER_AUTOMATIC = re.compile(
    r"\b(?:ice|hice|migra|police|policia|cops?|sheriff|following|sigue|siguen|siguiendo|agents?|agentes?|"
    r"emergency|"
    r"emergencia|911)\b"
)


def read_no_question(text: str) -> NoQuestion | None:
    """Return what a message is that asks nothing; None for all others."""
    command = _COMMAND.fullmatch(text)
    if command:
        name = fold(command["name"])
        # "/ICE is here" is meant as words.
        if name in _COMMANDS or not command["rest"].strip():
            return _COMMANDS.get(name, NoQuestion(Kind.HELP))
        return None
    plain = fold(text)
    return (
        _word(plain)
        or _stop_sentence(plain)
        or _who(plain)
        or _reaction(text.strip())
        or _automatic(text, plain)
    )


def _word(plain: str) -> NoQuestion | None:
    together = plain.replace(" ", "")
    for kind, words in _WORDS.items():
        for word in (plain, together):
            if word in words:
                return NoQuestion(kind, words[word])
    return None


def _stop_sentence(plain: str) -> NoQuestion | None:
    if len(plain.split()) > _MOST_WORDS_TO_STOP:
        return None
    for language, sentence in _STOP_SENTENCES.items():
        if sentence.fullmatch(plain):
            return NoQuestion(Kind.STOP, language)
    return None


def _who(plain: str) -> NoQuestion | None:
    for language, question in _WHO.items():
        if question.fullmatch(plain):
            return NoQuestion(Kind.WHO, language)
    return None


def _reaction(text: str) -> NoQuestion | None:
    for kind, reaction in _REACTIONS.items():
        if reaction.fullmatch(text):
            return NoQuestion(kind)
    to_quoted = _EMOJI_TO_QUOTED.fullmatch(text)
    signs = set(_JOINERS.sub("", to_quoted[1] if to_quoted else text))
    if signs and (signs <= _UNCLEAR or (to_quoted and signs & _UNCLEAR)):
        return NoQuestion(Kind.DOUBT)
    return NoQuestion(Kind.REACTION) if to_quoted or (signs and signs <= _READ) else None


def _automatic(text: str, plain: str) -> NoQuestion | None:
    if not plain or len(text) > _MOST_CHARACTERS or _NEVER_AUTOMATIC.search(plain):
        return None
    sentences = [*filter(None, map(fold, _SENTENCE_ENDS.split(text)))]
    for language, patterns in _AUTOMATIC.items():
        if _is_any(plain, patterns):
            return NoQuestion(Kind.AUTOMATIC, language)
        others = [one for one in sentences if not _is_any(one, patterns)]
        if len(others) < len(sentences) and all(_is_any(one, _BESIDES[language]) for one in others):
            return NoQuestion(Kind.AUTOMATIC, language)
    return None


def _is_any(plain: str, patterns: Iterable[re.Pattern[str]]) -> bool:
    return any(pattern.fullmatch(plain) for pattern in patterns)
