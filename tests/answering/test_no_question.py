"""Messages that ask nothing: the end of messages, commands, reactions, replies made by a machine."""

from __future__ import annotations

import pytest

from bot.answering.no_question import Kind, NoQuestion, read_no_question


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("STOP", NoQuestion(Kind.STOP)),
        ("¡Alto!", NoQuestion(Kind.STOP, "es")),
        ("DETENER", NoQuestion(Kind.STOP, "es")),
        ("Cancelar", NoQuestion(Kind.STOP, "es")),
        ("opt out", NoQuestion(Kind.STOP)),
        ("Ayuda", NoQuestion(Kind.HELP, "es")),
        ("help.", NoQuestion(Kind.HELP, "en")),
        ("start", NoQuestion(Kind.START)),
        ("ayuda con la renta", None),
        ("can they stop me", None),
        ("stop ice", None),
        ("", None),
    ],
)
def test_a_word_alone_is_reserved(text: str, expected: NoQuestion | None) -> None:
    """In a sentence it may be a question."""
    assert read_no_question(text) == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        *((text, "en") for text in (
            "Stop texting me",
            "please stop texting this number!!",
            "STOP SENDING ME THESE MESSAGES",
            "hey can you stop messaging me please",
            "don't text me anymore",
            "do not contact me again.",
            "dont send me any more texts",
            "no more messages please",
            "I don't want any more texts",
            "i dont want to get these messages anymore",
            "remove me from your list",
            "Take my number off this list",
            "please delete my number",
            "take me off your list and stop texting me",
            "I want to unsubscribe",
            "unsubscribe me from these texts",
            "how do I stop these messages",
            "how do i stop getting these texts",
            "stop stop stop",
            "ok stop please",
            "wrong number",
            "Sorry, wrong number",
            "leave me alone",
            "quit bothering me",
        )),
        *((text, "es") for text in (
            "ya no me manden mensajes",
            "Por favor ya no me manden nada",
            "no me escriban más",
            "ya no me escriba a este número",
            "dejen de mandarme mensajes",
            "deja de molestar",
            "paren de mandar mensajes",
            "no quiero recibir más mensajes",
            "ya no quiero sus mensajes",
            "ya no quiero mensajes",
            "ya no quiero que me manden mensajes",
            "no más mensajes por favor",
            "basta de mensajes",
            "quiten mi número",
            "quiten mi número de la lista",
            "borren mi celular de su sistema",
            "me pueden quitar de su lista",
            "quítenme de su lista",
            "bórrame de tus contactos",
            "bórrenme de la lista",
            "sáquenme de la lista",
            "denme de baja",
            "quiero darme de baja",
            "cómo me doy de baja",
            "cancelen los mensajes",
            "alto por favor",
            "número equivocado",
            "déjenme en paz",
            "no me molesten mas",
        )),
    ],
)  # fmt: skip
def test_a_sentence_that_asks_for_an_end_ends_the_messages(text: str, language: str) -> None:
    """As the word alone does, in the language of the sentence."""
    assert read_no_question(text) == NoQuestion(Kind.STOP, language)


@pytest.mark.parametrize(
    "text",
    [
        "can ICE stop me",
        "can ICE stop me on the street?",
        "how do I stop an eviction",
        "how do i stop my landlord from texting me",
        "my ex won't stop texting me",
        "they told me to stop the car",
        "stop them please they are taking my dad",
        "please stop ice",
        "do they have to stop if i ask for a lawyer",
        "at a stop sign they asked for my papers",
        "don't call ICE on me",
        "take me off the deportation list",
        "get me out",
        "get me out of here",
        "can i take my name off the lease",
        "delete my criminal record",
        "me pararon",
        "me pararon en el retén",
        "la policía me paró y me quitó el carro",
        "cómo paro un desalojo",
        "cómo detener una deportación",
        "pueden detener a mi hijo",
        "sáquenme de aquí",
        "saquen a mi esposo",
        "quiten mi nombre del contrato",
        "no me manden a México",
        "no quiero nada con la migra",
        "mi ex no deja de mandarme mensajes",
        "no me dejan en paz los agentes",
        "el dueño ya no me deja entrar",
        "quiero que me den mis cosas",
        "es el número equivocado el de la corte?",
    ],
)
def test_stop_in_a_question_stays_a_question(text: str) -> None:
    """Whoever is stopped, or wants to stop something else, is answered."""
    assert read_no_question(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Liked “No tiene que abrir la puerta.”",
        'Loved "You do not have to open."',
        "Emphasized “Call 911”",
        "Laughed at “I am a program”",
        "Liked an image",
        "Loved a photo",
        "Reacted 👍 to “Call first”",
        "Removed a like from “Call first”",
        '👍 to "You do not have to open"',
        "👍🏽 a «No abra»",
        "❤️ a “No firme nada”",
        "Le gustó “No firme nada”",
        "Le encantó “No firme\nnada”",
        "Le gustó una imagen",
        "Le ha gustado “No firme nada”",
        "Se rió de “Soy un programa”",
        "Reaccionó con 😂 a “Soy un programa”",
        "Reaccionó 🙏 a «No firme»",
        "Enfatizó “Llame al 911”",
        "👍",
        "🙏🏽🙏🏽 ❤️",
    ],
)
def test_a_reaction_is_told(text: str) -> None:
    """Tapbacks as phones write them out in both languages, and a thumb or a heart alone."""
    assert read_no_question(text) == NoQuestion(Kind.REACTION)


@pytest.mark.parametrize(
    "text",
    [
        "Questioned “Ask for the warrant”",
        "Disliked “Ask for the warrant”",
        "No le gustó “Pida la orden”",
        "Puso en duda “Pida la orden”",
        "👎 a “Pida la orden”",
        "👎",
        "❓",
    ],
)
def test_a_reaction_that_doubts_is_told_apart(text: str) -> None:
    """What was said was not clear to somebody."""
    assert read_no_question(text) == NoQuestion(Kind.DOUBT)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "I liked the lawyer",
            "me gusta la comida",
            "👍 gracias y si vienen a mi casa?",
            "🆘",
            "😭",
            "🚨🚨",
        ),
        *("they questioned my son", "preguntó por la casa", "se rió de la policía", '"ICE" at my door'),
        *("le gustó una casa pero pide papeles", "???", "...", "2", "$500?"),
    ],
)
def test_words_like_those_of_a_reaction_are_words(text: str) -> None:
    """And so are signs that ask for help."""
    assert read_no_question(text) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        *((text, "en") for text in (
            "I'm driving",
            "I'm driving right now, I'll text you later",
            "Sorry, I can't text right now, I'm driving.",
            "im driving ill text u later",
            "driving, will hit you up when I park",
            "I'm driving right now - Sent from my truck",
            "I’m driving with Focus turned on. I’ll see your message when I get where I’m going.",
            "(I’m not receiving notifications. If this is urgent, reply “urgent” to send a notification "
            "through with your original message.)",
            "I'm busy right now. I'll call you back.",
            "I'm in a meeting, can't talk",
            "Auto-reply: I will be back on Monday",
            "This is an automated message. Replies are not read.",
            "I am currently out of the office with no access to email.",
            "Out of office reply",
            "Thank you for contacting Lopez Law. We will get back to you as soon as possible.",
            "Thanks for your message! We're unavailable right now, but will respond as soon as possible.",
            "We have received your message.",
            "Please do not reply to this text.",
            "This number is not monitored.",
            "Our office is closed. Business hours are 9 to 5.",
        )),
        *((text, "es") for text in (
            "Estoy manejando",
            "estoy manejando ahorita, luego le contesto",
            "Ahora no puedo contestar, voy manejando",
            "Estoy conduciendo con la función No molestar al conducir activada. Veré tu mensaje cuando "
            "llegue a mi destino.",
            "(No estoy recibiendo notificaciones. Si es urgente, responde “urgente” para enviar un aviso.)",
            "estoy ocupada, te llamo más tarde",
            "Estoy en una junta. Te marco al rato.",
            "Respuesta automática: regreso el lunes",
            "Este es un mensaje automático, favor de no contestar",
            "Estoy fuera de la oficina hasta el martes.",
            "Gracias por comunicarte con Abarrotes Luna. Dinos en qué podemos ayudarte.",
            "Gracias por su mensaje. En este momento no podemos responder, pero lo haremos lo antes posible.",
            "Hemos recibido su mensaje.",
            "No responda a este mensaje.",
            "Nuestra oficina está cerrada.",
        )),
    ],
)  # fmt: skip
def test_what_a_machine_replies_is_told(text: str, language: str) -> None:
    """Phones of those who drive, offices that are closed, companies that thank for a message."""
    assert read_no_question(text) == NoQuestion(Kind.AUTOMATIC, language)


@pytest.mark.parametrize(
    "text",
    [
        "I'm driving and ICE is behind me",
        "driving",
        "driving without a license, will they call you later",
        "ill text you later if they let him go",
        "I'm driving. There is a checkpoint, what do I do?",
        "im driving without a license what happens",
        "I can't talk right now",
        "can't talk. he is in the house",
        "estoy manejando y me sigue la migra",
        "Estoy manejando. Y si hay un retén?",
        "estoy manejando sin licencia",
        "no puedo hablar ahorita",
        "estoy en el trabajo y llegaron",
        "Estoy en el trabajo",
        "I got an automatic reply from USCIS, what does it mean",
        "thank you for your message, can I ask about rent",
        "gracias por su mensaje, y si no abro?",
        "nuestra oficina tiene que dejar entrar a los agentes?",
        "recibí un mensaje automático de la corte",
        "out of work, who helps with rent",
    ],
)
def test_who_is_busy_and_asks_is_no_machine(text: str) -> None:
    """Nor is whoever cannot talk: it may be the one in danger."""
    assert read_no_question(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/start", NoQuestion(Kind.START)),
        ("/restart", NoQuestion(Kind.START)),
        (" //Restart ", NoQuestion(Kind.START)),
        ("/reiniciar", NoQuestion(Kind.START, "es")),
        ("/stop", NoQuestion(Kind.STOP)),
        ("/alto", NoQuestion(Kind.STOP, "es")),
        ("/help@a_bot", NoQuestion(Kind.HELP)),
        ("/ayuda", NoQuestion(Kind.HELP, "es")),
        ("/privacidad", NoQuestion(Kind.PRIVACY, "es")),
        ("/menu", NoQuestion(Kind.HELP)),
        ("/greet", NoQuestion(Kind.HELP)),
        ("/start website", NoQuestion(Kind.START)),
        ('/faq{"x": 1}', None),
        ("/ICE is at my door", None),
        ("1/2", None),
        ("///", None),
    ],
)
def test_a_command_is_taken_as_one(text: str, expected: NoQuestion | None) -> None:
    """One that nobody knows asks what there is; words behind a slash are words."""
    assert read_no_question(text) == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        *(
            (text, "en")
            for text in ("are you an AI?", "r u a bot", "Are you human or a robot", "is this a real person")
        ),
        *(
            (text, "en")
            for text in ("am I talking to a machine?", "who are you", "hello who am i texting with")
        ),
        *(
            (text, "es")
            for text in ("¿quién eres?", "quién es usted", "eres un robot o una persona", "usted es real?")
        ),
        *((text, "es") for text in ("sos una persona de verdad?", "con quién hablo", "esto es una máquina?")),
    ],
)
def test_who_answers_here_is_told_at_once(text: str, language: str) -> None:
    """Nobody is left to guess whether it is a person."""
    assert read_no_question(text) == NoQuestion(Kind.WHO, language)


@pytest.mark.parametrize(
    "text",
    [
        "are you a lawyer",
        "are you ICE?",
        "who are you to ask me",
        "quién eres si no tienes placa",
        "eres de ICE?",
    ],
)
def test_another_question_on_who_somebody_is_stays_one(text: str) -> None:
    """As what agents are asked, or whether this is ICE."""
    assert read_no_question(text) is None


def test_a_long_text_is_read_in_no_time() -> None:
    """Whatever it repeats: a stuck pattern would stop the gateway for all."""
    for part in ("stop please ", "no me manden mas mensajes ", "i m driving i ll call you ", "👍 a ", "(. "):
        assert read_no_question(part * 2000 + "x") is None
