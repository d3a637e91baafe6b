"""`kyr check`: one broken fixture for each mistake, and its message word for word."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from bot.content.checks import check_content, overdue_answers
from bot.content.reading import read_content
from bot.problems import ContentError
from bot.settings import PROJECT_ROOT
from tests.helpers.answers import ASK, TAKEN, add_situations, write_situation
from tests.helpers.answers import LOST as LOST_TITLES

CARD = "data/faq/red_card.yml"
LOST = "data/faq/red_card.lost.yml"
TAKEN_CARD = "data/faq/red_card.taken.yml"
FOOD = "data/faq/food_assistance.yml"
SERVICES = "data/resources/services.csv"
PHONES = "data/resources/phones.csv"

# What is broken: file, the text replaced, what it is replaced with, and every line that is printed.
MISTAKES: dict[str, tuple[str, str, str, list[str]]] = {
    "missing translation": (
        CARD,
        "value: es}]\n    text: |-\n      La tarjeta dice sus derechos.\n\n      Diga en inglés:\n\n"
        "      > I want to remain silent.\n    custom:\n      topic: red_card\n      language: es\n"
        '      reviewed_with: "2e95b1c1"\n      short: La tarjeta dice sus derechos.\n',
        "value: fr}]\n    text: La carte.\n",
        [
            f"{CARD}:26: the answer in Spanish is missing. Write it beside the other one.",
            f"{CARD}:39: an answer does not say its language. Copy `condition:` from another topic file.",
        ],
    ),
    "missing source": (
        CARD,
        '  sources:\n  - {title: A page, url: "https://example.org/page"}\n',
        "",
        [f"{CARD}:3: the answer has no source. Add at least one `- {{title: ..., url: ...}}`."],
    ),
    "source without an address": (
        CARD,
        ', url: "https://example.org/page"',
        "",
        [f"{CARD}:10: a source has not exactly a title and a url. Write `- {{title: ..., url: ...}}`."],
    ),
    "source that is no web address": (
        CARD,
        "https://example.org/page",
        "example.org",
        [
            f"{CARD}:10: the address of the source 'A page' is no web address. "
            "Write it in full, beginning with https://."
        ],
    ),
    "bad date": (
        CARD,
        "reviewed: 2026-11-22",
        "reviewed: 22/11/2026",
        [f"{CARD}:6: reviewed is '22/11/2026', which is no date. Write year-month-day, like 2026-11-22."],
    ),
    "missing date": (
        CARD,
        "  review_by: 2027-11-22\n",
        "",
        [f"{CARD}:3: review_by is missing. Write year-month-day, like 2026-11-22."],
    ),
    "review too late": (
        CARD,
        "volatility: stable",
        "volatility: litigated",
        [
            f"{CARD}:5: the topic is litigated, but an answer does not say which part of it expires. "
            "Write a line `---` before what the law and the courts say now, in both languages.",
            f"{CARD}:7: review_by is 365 days after reviewed; a litigated answer may stand 90. "
            "Write 2027-02-20 or an earlier day after 2026-11-22.",
        ],
    ),
    "what expires in a stable topic": (
        CARD,
        "      La tarjeta dice sus derechos.\n\n      Diga",
        "      La tarjeta dice sus derechos.\n\n      ---\n\n      Diga",
        [
            f"{CARD}:5: the topic is stable, but an answer has a part that expires, behind a line `---`. "
            "Write `volatility: litigated`, or remove the line.",
            f"{CARD}:26: the two languages have not the same steps and parts. "
            "Write as many steps in both, and the lines `+++` and `---` at the same places.",
        ],
    ),
    "two parts that expire": (
        CARD,
        "      La tarjeta dice sus derechos.\n\n      Diga",
        "      La tarjeta dice sus derechos.\n\n      ---\n\n      ---\n\n      Diga",
        [
            f"{CARD}:26: the two languages have not the same steps and parts. "
            "Write as many steps in both, and the lines `+++` and `---` at the same places.",
            f"{CARD}:39: the answer in Spanish has the lines `+++` and `---` twice, in the wrong order, or "
            "nothing before them. Write first what this person needs, then `+++` and more, then `---` and "
            "what the law and the courts say now.",
        ],
    ),
    "duplicate question across topics": (
        FOOD,
        "- where is the food bank",
        "- What IS a red card??",
        [
            f"{CARD}:18: the question “what is a red card” stands also in food_assistance.yml, line 12. "
            "Keep it once, where its answer is."
        ],
    ),
    "duplicate question in one topic": (
        CARD,
        "- where do I get the card",
        "- What is a red card?",
        [
            f"{CARD}:19: the question “What is a red card?” stands also above, line 18. "
            "Keep it once, where its answer is."
        ],
    ),
    "unknown related topic": (
        CARD,
        "related: [food_assistance]",
        "related: [food]",
        [
            f"{CARD}:1: the related topic `food` does not exist. "
            "Use the name of a file in data/faq without .yml."
        ],
    ),
    "topic related to itself": (
        CARD,
        "related: [food_assistance]",
        "related: [red_card]",
        [f"{CARD}:1: the topic names itself (`red_card`) as related. Remove it."],
    ),
    "unknown need": (
        FOOD,
        "services: [food]",
        "services: [fod]",
        [
            f"{FOOD}:1: `services` names the unknown need `fod`. Use one of: benefits, city, complaint, "
            "consulate, court, detention, food, hotline, housing, legal, red_card, worker."
        ],
    ),
    "duplicate key": (
        CARD,
        "  group: rights\n",
        "  group: rights\n  group: help\n",
        [
            f"{CARD}:5: the key `group` stands twice in one place. Remove one of the two.",
        ],
    ),
    "broken YAML": (
        CARD,
        "  group: rights\n",
        "  group: [rights\n",
        [
            f"{CARD}:5: this is not valid YAML (expected ',' or ']', but got ':'). "
            "Compare the line and the one above it with another file: spaces, colons, quotes."
        ],
    ),
    "unknown key in the header": (
        CARD,
        "  group: rights\n",
        "  group: rights\n  color: red\n",
        [
            f"{CARD}:5: the header has the unknown key `color`. Use one of: approved_by, ask, call, enabled, "
            "facets, group, next, order, reading_exception, related, review_by, reviewed, services, "
            "show_services, sources, title, volatility."
        ],
    ),
    "unknown key in the file": (
        CARD,
        "\nresponses:\n",
        "\nanswers: []\nresponses:\n",
        [f"{CARD}:26: the file has the unknown key `answers`. Use one of: nlu, responses, topic, version."],
    ),
    "unknown group": (
        CARD,
        "group: rights",
        "group: duties",
        [f"{CARD}:4: group is 'duties'. Use one of: ordinance, hp_with_you, rights, help."],
    ),
    "title in one language": (
        CARD,
        "title: {en: The red card, es: La tarjeta roja}",
        "title: {en: The red card}",
        [f"{CARD}:3: the title is not there in both languages. Write `title: {{en: ..., es: ...}}`."],
    ),
    "title too long": (
        CARD,
        "en: The red card",
        "en: The red card that you can print and keep with you wherever you go",
        [
            f"{CARD}:3: the title (en) has 65 characters, 60 at most. "
            "Shorten it: it is a button on small screens."
        ],
    ),
    "enabled is no truth value": (
        "data/faq/bond.yml",
        "enabled: false",
        "enabled: nope",
        ["data/faq/bond.yml:6: enabled is neither true nor false. Write one of them."],
    ),
    "list that is none": (
        CARD,
        "related: [food_assistance]",
        "related: food_assistance",
        [f"{CARD}:11: related is not a list of names. Write `related: [one, another]`."],
    ),
    "no answer and not disabled": (
        "data/faq/bond.yml",
        "  enabled: false  # no checked answer yet\n  services: [food]\n",
        "",
        [
            "data/faq/bond.yml:3: the topic has no answer. "
            "Write `responses:`, or `enabled: false` until there is one."
        ],
    ),
    "no questions in one language": (
        FOOD,
        "\n- intent: faq/food_assistance\n  metadata: {language: es}\n"
        "  examples: |\n    - dónde regalan comida\n",
        "",
        [
            f"{FOOD}:1: there is no question in Spanish. "
            "Add an `nlu:` entry with `metadata: {language: es}`."
        ],
    ),
    "questions of another topic": (
        FOOD,
        "intent: faq/food_assistance\n  metadata: {language: es}",
        "intent: faq/food\n  metadata: {language: es}",
        [
            f"{FOOD}:13: the questions are of the intent `faq/food`, not of this file's "
            "`faq/food_assistance`. Rename the file or the intent."
        ],
    ),
    "questions without a language": (
        FOOD,
        "  metadata: {language: es}\n",
        "",
        [
            f"{FOOD}:1: there is no question in Spanish. "
            "Add an `nlu:` entry with `metadata: {language: es}`.",
            f"{FOOD}:13: the questions do not say their language. Write `metadata: {{language: en}}` or es.",
        ],
    ),
    "custom of another topic": (
        CARD,
        "      topic: red_card\n      language: en\n",
        "      topic: bond\n      language: en\n",
        [
            f"{CARD}:26: the answer in English is missing. Write it beside the other one.",
            f"{CARD}:28: `custom:` of the answer in English does not name the topic and language. "
            "Write `custom: {topic: red_card, language: en, short: ...}`.",
        ],
    ),
    "response of another topic": (
        CARD,
        "  utter_faq/red_card:",
        "  utter_faq/bond:",
        [f"{CARD}:26: responses must hold `utter_faq/red_card` and nothing else. Rename it."],
    ),
    "answer without text": (
        FOOD,
        "    - dónde regalan comida\n",
        "    - dónde regalan comida\nresponses:\n  utter_faq/food_assistance:\n",
        [
            f"{FOOD}:17: the answer in English is missing. Write it beside the other one.",
            f"{FOOD}:17: the answer in Spanish is missing. Write it beside the other one.",
        ],
    ),
    "short version too long": (
        CARD,
        "short: La tarjeta dice sus derechos.",
        "short: " + "x" * 301,
        [
            f"{CARD}:39: the short version of the answer in Spanish has 301 characters, 300 at most. "
            "Shorten it."
        ],
    ),
    "no short version": (
        CARD,
        "\n      short: La tarjeta dice sus derechos.",
        "",
        [f"{CARD}:39: the answer in Spanish has no short version. Write `short:` for text messages."],
    ),
    "brace in an answer": (
        CARD,
        "      La tarjeta dice sus derechos.\n\n",
        "      La {tarjeta} dice sus derechos.\n\n",
        [f"{CARD}:39: the answer in Spanish holds a brace. Write it without {{ and }}."],
    ),
    "different words to say aloud": (
        CARD,
        "> I want to remain silent.\n    custom:\n      topic: red_card\n      language: es",
        "> I want a lawyer.\n    custom:\n      topic: red_card\n      language: es",
        [
            f"{CARD}:26: the words to say aloud (lines with >) differ between the two languages. "
            "Write the same English words in both."
        ],
    ),
    "phone that no service has, without dashes": (
        "domain.yml",
        "text: Español greet",
        "text: Llame al 2135550142",
        [
            "domain.yml:1: the number 213-555-0142 belongs to no service of the directory. "
            "Remove it, or add its service with a source to the directory.",
            "domain.yml:1: utter_greet holds the phone number 2135550142. Name its service in its "
            "place, like [chirla-hotline]: the directory puts the number in.",
        ],
    ),
    "withheld phone in a text": (
        "domain.yml",
        "text: Español greet",
        "text: Llame al (323) 582-6161",
        [
            "domain.yml:1: the number 323-582-6161 must not be given to residents: No source confirms that "
            "this is the City Hall number. Remove it, or call the number and clear it first.",
            "domain.yml:1: utter_greet holds the phone number (323) 582-6161. Name its service in its "
            "place, like [chirla-hotline]: the directory puts the number in.",
        ],
    ),
    "number in one language only": (
        CARD,
        "      La tarjeta dice sus derechos.\n\n",
        "      La tarjeta dice sus derechos. Llame al 211 o vea www.hpca.gov.\n\n",
        [
            f"{CARD}:26: the text in English lacks 211, www.hpca.gov, which its twin has. "
            "Numbers, phones and addresses must be the same in both."
        ],
    ),
    "other amount in the twin": (
        CARD,
        "short: La tarjeta dice sus derechos.",
        "short: La tarjeta cuesta $5.",
        [
            f"{CARD}:26: the short in English lacks $5, which its twin has. "
            "Numbers, phones and addresses must be the same in both."
        ],
    ),
    "English changed after the Spanish was reviewed": (
        CARD,
        "short: The card states your rights.",
        "short: The card says your rights.",
        [
            f"{CARD}:39: the English answer has changed since the Spanish one was reviewed. "
            'Compare the two, then write `reviewed_with: "1e8952c3"` below `language: es`.'
        ],
    ),
    "hard to read": (
        CARD,
        "short: La tarjeta dice sus derechos.",
        "short: Documentación administrativa correspondiente a procedimientos jurisdiccionales "
        "extraordinarios de naturaleza constitucional.",
        [
            f"{CARD}:39: the short version of the answer in Spanish is hard to read: "
            "reading ease -73, 65 at least. Use shorter sentences, or say in the header as "
            "`reading_exception` why it cannot be easier."
        ],
    ),
    "claim that must never be made": (
        CARD,
        "short: La tarjeta dice sus derechos.",
        "short: Con la tarjeta la migra no puede entrar.",
        [
            f"{CARD}:1: “la migra no puede entrar” must not be said (ice_cannot_enter): Agents have entered "
            "homes without a judge's warrant; nobody can promise that they will not. "
            "Say it another way, or leave it out."
        ],
    ),
    "words of the claims that name themselves": (
        "data/claims.yml",
        "    agents: (?:the )?(?:ice|agents?|they)\n",
        "    agents: (?:the )?(?:ice|<agents>)\n",
        [
            "data/claims.yml:13: a pattern of the claim ice_cannot_enter cannot be read (a list of words "
            "names itself). Compare it with the others."
        ],
    ),
    "claim in small talk": (
        "domain.yml",
        "text: English greet",
        "text: You are safe here",
        [
            "domain.yml:1: “You are safe” must not be said (you_are_safe): Nobody is safe from arrest "
            "because of the ordinance, a place or a paper. Say it another way, or leave it out."
        ],
    ),
    "claim that cannot be looked for": (
        "data/claims.yml",
        "- id: hp_contigo\n  reason:\n    en: The Spanish name of the programme is not known.\n"
        "    es: No se conoce el nombre del programa en español.\n",
        "- id: hp_contigo\n",
        [
            "data/claims.yml:32: a claim has not exactly id, reason, en, es and perhaps true_when_negated, "
            "or unless, within and add together. Compare it with the others."
        ],
    ),
    "claim whose reason has no Spanish": (
        "data/claims.yml",
        "    es: No se conoce el nombre del programa en español.\n",
        "",
        ["data/claims.yml:33: `es` is missing in `reason`. Compare it with the others."],
    ),
    "number that is withheld without a reason in Spanish": (
        "data/resources/withheld_phones.csv",
        "Ninguna fuente confirma que sea el número del ayuntamiento.",
        "",
        ["data/resources/withheld_phones.csv:2: reason_es is empty. Fill it in."],
    ),
    "claim that says only how near something must stand": (
        "data/claims.yml",
        "  within: paragraph\n",
        "",
        [
            "data/claims.yml:19: a claim has not exactly id, reason, en, es and perhaps true_when_negated, "
            "or unless, within and add together. Compare it with the others."
        ],
    ),
    "claim that is near in no known way": (
        "data/claims.yml",
        "within: paragraph",
        "within: page",
        [
            "data/claims.yml:19: true_when_negated or within of the claim ice_phone is none of those that "
            "are known. Compare it with the others."
        ],
    ),
    "claim with words that nobody has listed": (
        "data/claims.yml",
        "<agents>",
        "<agent>",
        [
            "data/claims.yml:13: the claim ice_cannot_enter needs `agent`, which is missing. "
            "Compare it with the others."
        ],
    ),
    "claim with a pattern that is none": (
        "data/claims.yml",
        "en: [you are safe]",
        "en: [you are (safe]",
        [
            "data/claims.yml:6: a pattern of the claim you_are_safe cannot be read (missing ), unterminated "
            "subpattern). Compare it with the others."
        ],
    ),
    "words that must not stand alone": (
        "domain.yml",
        "text: English greet",
        "text: Call 213-830-7911",
        [
            "domain.yml:1: the number 213-830-7911 belongs to no service of the directory. Remove it, or add "
            "its service with a source to the directory.",
            "domain.yml:1: utter_greet holds the phone number 213-830-7911. Name its service in its "
            "place, like [chirla-hotline]: the directory puts the number in.",
            "domain.yml:1: “213-830-7911” must not stand alone (ice_phone): Who answers is ICE; a person "
            "without papers who calls tells ICE who and where they are. Write in the same paragraph: “This "
            "is ICE: let a citizen call.”.",
        ],
    ),
    "number that the directory does not know": (
        "domain.yml",
        "text: English greet",
        "text: Call (310) 555-0123 or 1-310-555-0123",
        [
            "domain.yml:1: the number 310-555-0123 belongs to no service of the directory. Remove it, or add "
            "its service with a source to the directory.",
            "domain.yml:1: utter_greet holds the phone number (310) 555-0123. Name its service in its "
            "place, like [chirla-hotline]: the directory puts the number in.",
            "domain.yml:1: utter_greet holds the phone number 1-310-555-0123. Name its service in its "
            "place, like [chirla-hotline]: the directory puts the number in.",
        ],
    ),
    "response without a translation": (
        "domain.yml",
        "value: es}]\n    text: Español greet\n    custom: {language: es}",
        "value: es}]\n    text: ''\n    custom: {language: es}",
        ["domain.yml:345: utter_greet has no text for es. Write it beside the other one."],
    ),
    "response without its language": (
        "domain.yml",
        "    text: English greet\n    custom: {language: en}\n",
        "    text: English greet\n",
        [
            "domain.yml:345: utter_greet has no text for en. Write it beside the other one.",
            "domain.yml:346: a variation of utter_greet does not name its language in `condition` and "
            "`custom`. Copy both from another response.",
        ],
    ),
    "needed response missing": (
        "domain.yml",
        "  utter_clarify:\n",
        "  utter_clear:\n",
        ["domain.yml:36: the response utter_clarify is missing. Restore it."],
    ),
    "emergency text too long": (
        "domain.yml",
        "text: English emergency now",
        "text: " + "x" * 481,
        ["domain.yml:1: utter_emergency_now (en) has 481 characters, 480 at most. Shorten it."],
    ),
    "intent without a rule": (
        "domain.yml",
        "- greet\n",
        "- greet\n- wave\n",
        ["data/rules.yml:1: no rule says what to do for the intent `wave`. Add one."],
    ),
    "rule with an unknown action": (
        "data/rules.yml",
        "utter_greet",
        "utter_gret",
        [
            "data/rules.yml:10: the rule “Greet back” names the unknown action `utter_gret`. "
            "Correct it, or add it to domain.yml."
        ],
    ),
    "unknown intent": (
        "data/nlu/greet.yml",
        "- intent: greet\n  metadata: {language: es}",
        "- intent: wave\n  metadata: {language: es}",
        [
            "data/nlu/greet.yml:1: the intent greet has no question for es. "
            "Add an `nlu:` entry in that language.",
            "data/nlu/greet.yml:1: the intent wave has no question for en. "
            "Add an `nlu:` entry in that language.",
            "data/nlu/greet.yml:7: the intent `wave` does not stand in domain.yml. "
            "Add it there, with a rule in data/rules.yml.",
            "data/nlu/greet.yml:7: the questions are of the intent `wave`, not of this file's `greet`. "
            "Rename the file or the intent.",
        ],
    ),
    "unknown column": (
        SERVICES,
        "id,organization_id,name,",
        "id,organization_id,nombre,",
        [
            f"{SERVICES}:1: the column `name` is missing. Add it to the first line.",
            f"{SERVICES}:1: unknown column `nombre`. Use only: id, organization_id, name, name_es, "
            "description, description_es, url, status, fees_description, fees_description_es, "
            "eligibility_description, eligibility_description_es, interpretation_services, "
            "interpretation_services_es, caution, caution_es, alert, alert_es, assured_date, assured_by, "
            "source_url, "
            "alternate_name, alternate_name_es, outside_hours.",
        ],
    ),
    "row with too few cells": (
        PHONES,
        "211-la-phone,211-la,211,,voice,24 hours a day,,,,,",
        "211-la-phone,211-la,211",
        [
            f"{PHONES}:3: the row has 3 cells, the first line 11. "
            "Put cells that hold a comma in double quotes."
        ],
    ),
    "duplicate id": (
        PHONES,
        "211-la-phone,211-la",
        "la-regional-food-bank-phone,211-la",
        [f"{PHONES}:3: id `la-regional-food-bank-phone` stands twice. Give each row its own."],
    ),
    "unknown service": (
        PHONES,
        "211-la-phone,211-la,",
        "211-la-phone,nobody,",
        [f"{PHONES}:3: service_id `nobody` does not stand in services.csv. Correct it, or add that row."],
    ),
    "malformed phone": (
        PHONES,
        "211-la-phone,211-la,211,",
        "211-la-phone,211-la,(888) 624 4752,",
        [f"{PHONES}:3: number is `(888) 624 4752`. Write it like 888-624-4752."],
    ),
    "impossible phone": (
        PHONES,
        "211-la-phone,211-la,211,",
        "211-la-phone,211-la,123-456-7890,",
        [f"{PHONES}:3: 123-456-7890 is no valid phone number. Check it against its source."],
    ),
    "withheld phone": (
        PHONES,
        "211-la-phone,211-la,211,",
        "211-la-phone,211-la,323-582-6161,",
        [
            f"{PHONES}:3: the number 323-582-6161 must not be given to residents: No source confirms that "
            "this is the City Hall number. Remove the row, or call the number and clear it first."
        ],
    ),
    "number that needs a caution": (
        "data/resources/organizations.csv",
        "https://211la.org,",
        "https://211la.org,yes",
        [
            f"{PHONES}:{line}: the number 211 must not be given without a caution. Write in services.csv, as "
            f"caution and caution_es of `{service}`, who should call and what not to say."
            for line, service in ((2, "la-regional-food-bank"), (3, "211-la"))
        ],
    ),
    "empty required cell": (
        PHONES,
        "211-la-phone,211-la,211,,voice,",
        "211-la-phone,211-la,211,,,",
        [f"{PHONES}:3: type is empty. Fill it in."],
    ),
    "cell outside its list": (
        PHONES,
        "211-la-phone,211-la,211,,voice,",
        "211-la-phone,211-la,211,,smoke,",
        [f"{PHONES}:3: type is `smoke`. Use one of: text, voice, fax, cell, video, pager, textphone."],
    ),
    "service that meets no need": (
        "data/resources/attributes.csv",
        "la-regional-food-bank-needs-food,la-regional-food-bank,food,service\n",
        "",
        [f"{SERVICES}:3: the service `la-regional-food-bank` meets no need. Add a row to attributes.csv."],
    ),
    "exception to the reading level that is not needed": (
        CARD,
        "  group: rights\n",
        "  group: rights\n  reading_exception: The words of the law must stand as they are.\n",
        [f"{CARD}:5: reading_exception is not needed: every text is easy enough. Remove it."],
    ),
    "show_services that is no yes or no": (
        CARD,
        "  group: rights\n",
        "  group: rights\n  show_services: perhaps\n",
        [f"{CARD}:5: show_services is neither true nor false. Write one of them."],
    ),
    "more steps than anybody follows": (
        CARD,
        "text: |-\n      La tarjeta dice sus derechos.",
        "text: |-\n      La tarjeta dice sus derechos.\n\n      1. Es roja.\n      2. Es roja.\n"
        "      3. Es roja.\n      4. Es roja.\n      5. Es roja.\n      6. Es roja.\n",
        [
            f"{CARD}:26: the text in English lacks 1, 2, 3, 4, 5, 6, which its twin has. "
            "Numbers, phones and addresses must be the same in both.",
            f"{CARD}:26: the two languages have not the same steps and parts. "
            "Write as many steps in both, and the lines `+++` and `---` at the same places.",
            f"{CARD}:39: the answer in Spanish has more than 3 steps. "
            "Leave some out, or make two topics of it.",
        ],
    ),
    "tab in front of a key": (
        CARD,
        "  group: rights\n",
        "\tgroup: rights\n",
        [f"{CARD}:4: a tab stands where only spaces may. Put spaces in its place."],
    ),
    "answer of a megabyte": (
        CARD,
        "text: |-\n      The card states your rights.",
        "text: |-\n      "
        + "The card states your rights. " * 36_000
        + "\n      The card states your rights.",
        [
            f"{CARD}:28: the answer in English has 180011 words before `+++`, 90 at most. Leave on the first "
            "screen what this person needs first, and move the rest behind a line `+++`.",
            f"{CARD}:28: the text of the answer in English has 1044063 characters, 2600 at most. "
            "Shorten it, or make two topics of it.",
            f"{CARD}:40: the English answer has changed since the Spanish one was reviewed. "
            'Compare the two, then write `reviewed_with: "8e334196"` below `language: es`.',
        ],
    ),
    "semicolons between the cells": (
        PHONES,
        "id,service_id,number,extension,type,description,purpose,purpose_es,language_codes,checked,"
        "checked_by\n",
        "id;service_id;number;extension;type;description\n",
        [
            f"{PHONES}:1: the cells are parted by semicolons. "
            "Save it as CSV UTF-8 with commas between the cells."
        ],
    ),
    "tabs between the cells": (
        PHONES,
        "id,service_id,number,extension,type,description,purpose,purpose_es,language_codes,checked,"
        "checked_by\n",
        "id\tservice_id\tnumber\textension\ttype\tdescription\n",
        [f"{PHONES}:1: the cells are parted by tabs. Save it as CSV UTF-8 with commas between the cells."],
    ),
    "phone that the spreadsheet took for a quantity": (
        PHONES,
        "211-la-phone,211-la,211,",
        "211-la-phone,211-la,8.88625E+09,",
        [
            f"{PHONES}:3: number is `8.88625E+09`. Write it like 888-624-4752; the spreadsheet took it for a "
            "quantity, so make the column text first."
        ],
    ),
    "date with the day first": (
        SERVICES,
        ",2026-11-22,,https://eastla",
        ",22/11/2026,,https://eastla",
        [
            f"{SERVICES}:2: assured_date is `22/11/2026`, which is no date. "
            "Write year-month-day, like 2026-11-22."
        ],
    ),
    "check date still to come": (
        SERVICES,
        ",2026-11-22,,https://eastla",
        ",2126-11-22,,https://eastla",
        [
            f"{SERVICES}:2: assured_date is 2126-11-22, which is still to come. "
            "Write the day on which the details were last checked."
        ],
    ),
    "column twice": (
        PHONES,
        "id,service_id,number,extension,type,description,",
        "id,id,service_id,number,extension,type,description,",
        [f"{PHONES}:1: the column `id` stands twice. Remove one of the two."],
    ),
    "quote that never ends": (
        PHONES,
        ",24 hours a day,,,,,",
        ',24 hours a day,,,,,"x',
        [
            f"{PHONES}:3: checked_by holds < or >, a line break or a character that cannot be seen. "
            "Write plain text on one line."
        ],
    ),
    "markup in a cell": (
        PHONES,
        ",24 hours a day",
        ",<b>24 hours a day</b>",
        [
            f"{PHONES}:3: description holds < or >, a line break or a character that cannot be seen. "
            "Write plain text on one line."
        ],
    ),
    "NUL in a table": (
        PHONES,
        ",24 hours a day",
        ",24\0hours a day",
        [f"{PHONES}:3: this is no CSV (line contains NUL). Save it as CSV UTF-8 again."],
    ),
    "twin that differs in a number": (
        SERVICES,
        "Dial 211 to find",
        "Dial 212 to find",
        [
            f"{SERVICES}:4: description and description_es differ in 211, 212. "
            "Numbers, phones and addresses must be the same in both."
        ],
    ),
    "closing before opening": (
        "data/resources/schedules.csv",
        ",00:00,23:59,",
        ",17:00,09:00,",
        [
            "data/resources/schedules.csv:2: closes_at 09:00 is not after opens_at 17:00. "
            "Correct it; hours past midnight need a row for each day."
        ],
    ),
    "area that does not exist": (
        "data/resources/service_areas.csv",
        "id,service_id,name,name_es,extent,extent_type\n",
        "id,service_id,name,name_es,extent,extent_type\n"
        "211-la-area,211-la,Los Angeles County,Condado de Los Ángeles,Los Angelos County,text\n",
        [
            "data/resources/service_areas.csv:2: extent names `Los Angelos County`, which is no city or "
            "county of California. Write a city, a county (Orange County), California or United States."
        ],
    ),
    "the city's own programme switched off": (
        SERVICES,
        ",https://www.hpca.gov,active,",
        ",https://www.hpca.gov,inactive,",
        [
            f"{SERVICES}:1: the city's own programme, `hp-with-you`, is missing or not active. "
            "Restore its row; say in `alert` what is not known of it."
        ],
    ),
    "list where keys should be": (
        "data/nlu/greet.yml",
        "metadata: {language: es}",
        "metadata: es",
        [
            "data/nlu/greet.yml:8: keys with values must stand in `metadata`. "
            "Write them as `key: value`, as the others do."
        ],
    ),
    "text where a mapping should be": (
        CARD,
        "condition: [{type: slot, name: language, value: es}]",
        "condition: [es]",
        [
            f"{CARD}:39: keys with values must stand in each entry of `condition`. "
            "Write them as `key: value`, as the others do."
        ],
    ),
    "rule that is a text": (
        "data/rules.yml",
        "- rule: Greet back\n",
        "- Greet back\n- rule: Greet back\n",
        [
            "data/rules.yml:7: keys with values must stand in each entry of `rules`. "
            "Write them as `key: value`, as the others do."
        ],
    ),
    "number where a text should be": (
        CARD,
        "title: {en: The red card, es: La tarjeta roja}",
        "title: {en: The red card, es: 2026}",
        [
            f"{CARD}:3: a text must stand in `es`. "
            "Write words, in quotes if they look like a number, a date, or yes or no."
        ],
    ),
    "approval that is a list": (
        CARD,
        "approved_by: null",
        "approved_by: [City, 2026]",
        [
            f"{CARD}:8: a text must stand in `approved_by`. "
            "Write words, in quotes if they look like a number, a date, or yes or no."
        ],
    ),
    "approval that is a yes": (
        CARD,
        "approved_by: null",
        "approved_by: true",
        [
            f"{CARD}:8: a text must stand in `approved_by`. "
            "Write words, in quotes if they look like a number, a date, or yes or no."
        ],
    ),
    "approval without a name": (
        CARD,
        "approved_by: null",
        'approved_by: " "',
        [f"{CARD}:8: approved_by names nobody. Write who has signed the answer off, or null."],
    ),
    "figure of the gate that is missing": (
        "data/gate.yml",
        "en: {right: 0.00, wrong",
        "en: {wrong",
        ["data/gate.yml:7: `right` is missing in `en`. Compare it with the others."],
    ),
    "figure of the gate that is no share": (
        "data/gate.yml",
        "right: 0.00",
        "right: 70",
        ["data/gate.yml:7: right is 70, which is no share. Write a number from 0 to 1, like 0.9."],
    ),
    "figure that the gate does not know": (
        "data/gate.yml",
        "  false_alarms: 0.02\n",
        "  false_alarms: 0.02\n  missed: 0.1\n",
        ["data/gate.yml:14: nothing uses `missed`. Use only: seen, false_alarms."],
    ),
    "topic of the pipeline that was renamed": (
        "config.yml",
        "{home: red_card}",
        "{home: red_cards, moon: red_card}",
        [
            "config.yml:31: setting_topics names the unknown setting `moon`. Use one of: airport, car, "
            "church, court, home, hospital, school, street, work.",
            "config.yml:31: setting_topics names the unknown topic `red_cards`. "
            "Use the name of a file in data/faq without .yml.",
        ],
    ),
    "first steps that are not there": (
        "config.yml",
        "{bond: [bond]}",
        "{bond: [bond, bond.refused]}",
        [
            "config.yml:30: first_steps names the unknown topic `bond.refused`. "
            "Use the name of a file in data/faq without .yml."
        ],
    ),
    "need of the pipeline that is not there": (
        "config.yml",
        "{food: food_assistance}",
        "{fod: food_assistance}",
        [
            "config.yml:29: directory_topics names the unknown need `fod`. Use one of: benefits, city, "
            "complaint, consulate, court, detention, food, hotline, housing, legal, red_card, worker."
        ],
    ),
    "component without its thresholds": (
        "config.yml",
        "  thresholds:\n",
        "  limits:\n",
        ["config.yml:20: DecisionGate has no `thresholds`. Restore it."],
    ),
    "judge that is not told all": (
        "config.yml",
        "  power: 6\n",
        "",
        ["config.yml:12: JointClassifier has no `power`. Restore it."],
    ),
    "pipeline without its decision": (
        "config.yml",
        "DecisionGate",
        "Gate",
        ["config.yml:1: the pipeline has no DecisionGate. Restore it."],
    ),
    "day that there is not": (
        CARD,
        "reviewed: 2026-11-22",
        "reviewed: 2026-11-31",
        [
            f"{CARD}:6: `2026-11-31` looks like a date, a number, or yes or no, and is none. "
            "Correct it, or put it in quotes."
        ],
    ),
    "table without a schema": (
        "data/resources/datapackage.json",
        '"schema": {\n        "fields": [\n          {\n            "name": "number"',
        '"skema": {\n        "fields": [\n          {\n            "name": "number"',
        [
            "data/resources/datapackage.json:1: `schema` is missing in each entry of `resources`. "
            "Restore the last good version."
        ],
    ),
    "table with another path": (
        "data/resources/datapackage.json",
        '"path": "phones.csv"',
        '"path": "../phones.csv"',
        [
            "data/resources/datapackage.json:1: the path of the table `phones` is not phones.csv. "
            "Restore the last good version."
        ],
    ),
    "table that is not described": (
        "data/resources/datapackage.json",
        '"name": "phones"',
        '"name": "fones"',
        [
            "data/resources/datapackage.json:1: the path of the table `fones` is not fones.csv. "
            "Restore the last good version.",
            "data/resources/datapackage.json:1: the table `phones` is missing. "
            "Restore the last good version.",
        ],
    ),
    "package that is no JSON": (
        "data/resources/datapackage.json",
        "{\n",
        "",
        [
            "data/resources/datapackage.json:1: this is no data package (Extra data: line 1 column 12 "
            "(char 11)). Restore the last good version."
        ],
    ),
}


def printed(root: Path) -> list[str]:
    return [str(problem) for problem in check_content(root)]


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"), MISTAKES.values(), ids=[name.replace(" ", "-") for name in MISTAKES]
)
def test_a_mistake_is_named_with_file_line_and_mend(
    content_copy: Path, file: str, old: str, new: str, expected: list[str]
) -> None:
    """Each mistake gives its own message, and nothing else is complained of."""
    path = content_copy / file
    text = path.read_text(encoding="utf-8")
    assert old in text, "the fixture no longer holds what this case breaks"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert expected == printed(content_copy)


# What follows the steps of an answer for one situation, and what follows its text in Spanish.
REST = "\n\n      > I want to remain silent.\n\n      +++\n\n      "
SPANISH = "\n    custom:\n      topic: red_card.lost\n      language: es"
# What is broken where a topic has answers for two situations, in the same form as above.
OF_SITUATIONS: dict[str, tuple[str, str, str, list[str]]] = {
    "facet that does not exist": (
        LOST,
        "who: me",
        "age: me",
        [
            f"{LOST}:10: `facets` has the unknown value `age: me`. Use one of: who, when, status, "
            "authority, place, paper.",
        ],
    ),
    "value that a facet does not have": (
        LOST,
        "who: me",
        "who: [me, nobody]",
        [
            f"{LOST}:10: `facets` has the unknown value `who: nobody`. Use one of: me, relative, "
            "child, other, employer, landlord, institution.",
        ],
    ),
    "facet without a value": (
        LOST,
        "who: me",
        "who: []",
        [
            f"{LOST}:10: `facets` has the unknown value `who: `. Use one of: me, relative, child, "
            "other, employer, landlord, institution.",
        ],
    ),
    "facets that are none": (
        LOST,
        "{who: me, when: [now, just]}",
        "[me]",
        [
            f"{LOST}:10: `facets` does not name what the answer is for. Write it like {{who: relative, "
            "when: just}.",
        ],
    ),
    "service to call that is gone": (
        LOST,
        "call: [211-la]",
        "call: [211-la, 311-la]",
        [
            f"{LOST}:1: the service `311-la` is not in the directory. Use the id of a service in "
            "services.csv that is active.",
        ],
    ),
    "more to call than a screen has room for": (
        LOST,
        "call: [211-la]",
        "call: [211-la, 211-la, 211-la, 211-la]",
        [
            f"{LOST}:11: `call` names more than 3. Keep the most useful.",
        ],
    ),
    "service in a text that is gone": (
        LOST,
        "Imprima hoy otra",
        "[city-line]: imprima hoy otra",
        [
            f"{LOST}:23: the two languages name not the same services. Name the same ids in both, like "
            "[chirla-hotline].",
        ],
    ),
    "number typed": (
        LOST,
        "Imprima hoy otra tarjeta.",
        "Llame al 213-555-0142.",
        [
            f"{LOST}:23: the text in English lacks 213-555-0142, which its twin has. Numbers, phones "
            "and addresses must be the same in both.",
        ],
    ),
    "hours typed": (
        LOST,
        "Imprima hoy otra tarjeta.",
        "Imprima otra de lunes a viernes.",
        [
            f"{LOST}:1: the answer in Spanish holds opening hours (“de lunes a viernes”). Remove them: "
            "the directory says when a service answers.",
        ],
    ),
    "hours typed in a text message": (
        LOST,
        "Imprima otra tarjeta.",
        "Llame a las 9 am.",
        [
            f"{LOST}:23: the short in English lacks 9, which its twin has. Numbers, phones and "
            "addresses must be the same in both.",
        ],
    ),
    "name typed": (
        LOST,
        "Imprima hoy otra",
        "Los Angeles Regional Food Bank da otra",
        [
            f"{LOST}:1: the answer in Spanish holds “Los Angeles Regional Food Bank”, the name of an "
            "organization of the directory. Name its service in its place, like [chirla-hotline]: the "
            "directory puts name and number in.",
        ],
    ),
    "other steps in the twin": (
        LOST,
        f"      1. Print one.\n      2. Keep it.{REST}It is free.{SPANISH}",
        f"      1. Print one, 2 times.{REST}It is free.{SPANISH}",
        [
            f"{LOST}:23: the two languages have not the same steps and parts. Write as many steps in "
            "both, and the lines `+++` and `---` at the same places.",
        ],
    ),
    "parts in another order": (
        LOST,
        f"      +++\n\n      It is free.{SPANISH}",
        f"      ---\n\n      It is free.\n\n      +++\n\n      And red.{SPANISH}",
        [
            f"{LOST}:4: the topic is stable, but an answer has a part that expires, behind a line "
            "`---`. Write `volatility: litigated`, or remove the line.",
            f"{LOST}:23: the two languages have not the same steps and parts. Write as many steps in "
            "both, and the lines `+++` and `---` at the same places.",
            f"{LOST}:41: the answer in Spanish has the lines `+++` and `---` twice, in the wrong "
            "order, or nothing before them. Write first what this person needs, then `+++` and more, "
            "then `---` and what the law and the courts say now.",
        ],
    ),
    "same title": (
        TAKEN_CARD,
        'Un agente se quedó con mi tarjeta"}',
        '¡PERDÍ mi tarjeta!"}',
        [
            f"{LOST}:1: the title “Perdí mi tarjeta” is also that of `red_card.taken`. Give them "
            "different titles: they are buttons side by side.",
        ],
    ),
    "title longer than a button": (
        TAKEN_CARD,
        'Un agente se quedó con mi tarjeta"}',
        'Un agente de la migra se ha quedado con mi tarjeta"}',
        [
            f"{TAKEN_CARD}:3: the title (es) has 50 characters, 45 at most. Shorten it: it is a button "
            "on small screens.",
        ],
    ),
    "what belongs to the topic": (
        LOST,
        "  call: [211-la]\n",
        "  call: [211-la]\n  group: rights\n  order: [taken]\n",
        [
            f"{LOST}:12: `group` belongs to the topic as a whole. Write it in the core answer alone.",
            f"{LOST}:13: `order` belongs to the topic as a whole. Write it in the core answer alone.",
        ],
    ),
    "next that does not exist": (
        TAKEN_CARD,
        "next: [red_card.lost]",
        "next: [red_card.stolen]",
        [
            f"{TAKEN_CARD}:1: the related topic `red_card.stolen` does not exist. Use the name of a "
            "file in data/faq without .yml.",
        ],
    ),
    "next that is itself": (
        TAKEN_CARD,
        "next: [red_card.lost]",
        "next: [red_card.taken]",
        [
            f"{TAKEN_CARD}:1: the topic names itself (`red_card.taken`) as related. Remove it.",
        ],
    ),
    "more to ask next than a screen has room for": (
        TAKEN_CARD,
        "next: [red_card.lost]",
        "next: [bond, bond, bond, bond, bond]",
        [
            f"{TAKEN_CARD}:10: `next` names more than 4. Keep the most useful.",
        ],
    ),
    "answers to choose from without a question": (
        CARD,
        ASK,
        "",
        [
            f"{CARD}:1: the topic has several answers, and no question that tells the situations "
            "apart. Write a short one in both languages as `ask`.",
        ],
    ),
    "question in one language": (
        CARD,
        ', es: "¿Qué pasó?"',
        "",
        [
            f"{CARD}:13: the topic has several answers, and no question that tells the situations "
            "apart. Write a short one in both languages as `ask`.",
        ],
    ),
    "first that does not exist": (
        CARD,
        "order: [taken]",
        "order: [taken, stolen]",
        [
            f"{CARD}:1: `order` names `stolen`, and there is no answer `red_card.stolen`. Use the "
            "names of its answers.",
        ],
    ),
    "related answer for one situation": (
        CARD,
        "related: [food_assistance]",
        "related: [red_card.lost]",
        [
            f"{CARD}:1: the related topic `red_card.lost` does not exist. Use the name of a file in "
            "data/faq without .yml.",
        ],
    ),
    "what expires is not marked off": (
        LOST,
        "volatility: stable",
        "volatility: litigated",
        [
            f"{LOST}:4: the topic is litigated, but an answer does not say which part of it expires. "
            "Write a line `---` before what the law and the courts say now, in both languages.",
            f"{LOST}:6: review_by is 365 days after reviewed; a litigated answer may stand 90. Write "
            "2027-02-20 or an earlier day after 2026-11-22.",
        ],
    ),
}


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    OF_SITUATIONS.values(),
    ids=[name.replace(" ", "-") for name in OF_SITUATIONS],
)
def test_a_mistake_in_answers_by_situation_is_named(
    content_copy: Path, file: str, old: str, new: str, expected: list[str]
) -> None:
    """With file, field and mend, as every other one."""
    add_situations(content_copy)
    path = content_copy / file
    text = path.read_text(encoding="utf-8")
    assert old in text, "the fixture no longer holds what this case breaks"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert expected == printed(content_copy)


def test_answers_for_two_situations_pass(content_copy: Path) -> None:
    """Each in a file of its own, with the question that tells them apart; a single one needs none."""
    add_situations(content_copy)
    assert printed(content_copy) == []
    (content_copy / TAKEN_CARD).unlink()
    core = content_copy / CARD
    text = core.read_text(encoding="utf-8")
    core.write_text(text.replace(f"{ASK}  order: [taken]\n", ""), encoding="utf-8")
    assert printed(content_copy) == []


def test_answers_may_be_for_the_same_facets_where_their_titles_differ(content_copy: Path) -> None:
    """The titles are the buttons by which people tell them apart."""
    for name, titles in (("lost", LOST_TITLES), ("taken", TAKEN)):
        write_situation(content_copy, f"red_card.{name}", titles, header="  facets: {who: me}\n")
    core = content_copy / CARD
    text = core.read_text(encoding="utf-8")
    core.write_text(text.replace("  services: [food]\n", f"  services: [food]\n{ASK}"), encoding="utf-8")
    assert printed(content_copy) == []
    write_situation(content_copy, "red_card.taken", LOST_TITLES, header="  facets: {who: me}\n")
    assert [line.partition(". Give")[0] for line in printed(content_copy) if "title" in line] == [
        f"{TAKEN_CARD}:1: the title “{LOST_TITLES[language]}” is also that of `red_card.lost`"
        for language in ("en", "es")
    ]


def test_an_answer_without_a_core_answer_is_refused(content_copy: Path) -> None:
    """It would be given to nobody whose situation is not known."""
    write_situation(content_copy, "blue_card.lost", LOST_TITLES)
    assert printed(content_copy) == [
        "data/faq/blue_card.lost.yml:1: there is no topic `blue_card` to which the answer could belong. "
        "Write its core answer first, in data/faq/blue_card.yml."
    ]


def test_an_answer_for_one_situation_expires_by_its_own_date(content_copy: Path) -> None:
    """Where its only source was to be checked again, whatever the core answer's date is."""
    add_situations(content_copy)
    path = content_copy / LOST
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("review_by: 2027-11-22", "review_by: 2026-12-22"), encoding="utf-8")
    late = check_content(content_copy, today=datetime.date(2026, 12, 23))
    assert [(str(problem.path), problem.key, problem.field) for problem in late] == [
        (LOST, "overdue", "review_by")
    ]
    assert check_content(content_copy, today=datetime.date(2026, 12, 22)) == []


def test_an_answer_for_one_situation_needs_a_source(content_copy: Path) -> None:
    """Its own, which somebody can check and sign off with it."""
    add_situations(content_copy)
    path = content_copy / LOST
    source = '  sources:\n  - {title: A page, url: "https://example.org/page"}\n'
    path.write_text(path.read_text(encoding="utf-8").replace(source, ""), encoding="utf-8")
    assert printed(content_copy) == [
        f"{LOST}:3: the answer has no source. Add at least one `- {{title: ..., url: ...}}`."
    ]


# What stands in both languages of an answer, and what is said of each; LANGUAGE stands for its name.
IN_BOTH: dict[str, tuple[str, str, list[str]]] = {
    "number": (
        "Call (213) 555-0142 today.",
        "Llame hoy al (213) 555-0142.",
        [
            "the answer in LANGUAGE holds the phone number (213) 555-0142. Name its service in its place, "
            "like [chirla-hotline]: the directory puts the number in.",
            "the number 213-555-0142 belongs to no service of the directory. Remove it, or add its service "
            "with a source to the directory.",
        ],
    ),
    "hours": (
        "Go there by 9:30 am.",
        "Vaya antes de las 9:30 am.",
        [
            "the answer in LANGUAGE holds opening hours (“9:30 am”). Remove them: the directory says when a "
            "service answers."
        ],
    ),
    "organization": (
        "Ask the Los Angeles Regional Food Bank.",
        "Pregunte en Los Angeles Regional Food Bank.",
        [
            "the answer in LANGUAGE holds “Los Angeles Regional Food Bank”, the name of an organization of "
            "the directory. Name its service in its place, like [chirla-hotline]: the directory puts name "
            "and number in."
        ],
    ),
    "service that is gone": (
        "Call [city-line] today.",
        "Llame hoy al [city-line].",
        [
            "the service `city-line` is not in the directory. Use the id of a service in services.csv that "
            "is active."
        ],
    ),
    "first line that is too long": (
        f"Print another one, {'o' * 141}.",
        f"Imprima otra hoy, {'o' * 142}.",
        [
            "the first line of the answer in LANGUAGE has 161 characters with names and numbers put in, 160 "
            "at most. Say what to do or to know first, and the rest in the steps."
        ],
    ),
    "service that makes the first line too long": (
        f"Call [la-regional-food-bank] {'o' * 119}.",
        f"Marque [la-regional-food-bank] {'o' * 117}.",
        [
            "the first line of the answer in LANGUAGE has 161 characters with names and numbers put in, 160 "
            "at most. Say what to do or to know first, and the rest in the steps."
        ],
    ),
}


@pytest.mark.parametrize(("english", "spanish", "expected"), IN_BOTH.values(), ids=list(IN_BOTH))
def test_what_the_directory_says_is_not_typed(
    content_copy: Path, english: str, spanish: str, expected: list[str]
) -> None:
    """A number, hours or a name would stay wrong in an answer when they change in the directory."""
    add_situations(content_copy)
    first = {"en": english, "es": spanish}
    write_situation(content_copy, "red_card.lost", LOST_TITLES, first=first)
    assert sorted(printed(content_copy)) == sorted(
        f"{LOST}:1: {line.replace('LANGUAGE', language)}"
        for line in expected
        for language in ("English", "Spanish")
    )


@pytest.mark.parametrize("number", ["911", "988", "211", "90255", "2026-11-22", "$1,500"])
def test_short_numbers_and_what_is_no_number_to_call_may_stand(content_copy: Path, number: str) -> None:
    """911, 988 and 211 are known to everybody."""
    add_situations(content_copy)
    first = {"en": f"Write down {number}.", "es": f"Apunte {number}."}
    write_situation(content_copy, "red_card.lost", LOST_TITLES, first=first)
    assert printed(content_copy) == []


@pytest.mark.parametrize(("words", "refused"), [(81, False), (82, True)])
def test_a_first_screen_has_ninety_words(content_copy: Path, words: int, refused: bool) -> None:
    """Steps and words to say counted with it; what goes beyond is not."""
    add_situations(content_copy)
    lines = {"en": "Print one. " * 3, "es": "Ya está. " * 3}
    filled = {lang: f"{line.strip()}\n\n" + "so it is. " * ((words - 6) // 3) for lang, line in lines.items()}
    first = {lang: (text + "so " * ((words - 6) % 3)).strip() for lang, text in filled.items()}
    write_situation(content_copy, "red_card.lost", LOST_TITLES, first=first)
    found = [problem.key for problem in check_content(content_copy)]
    assert found == (["screen_too_long", "screen_too_long"] if refused else [])


def test_a_mistake_in_one_situation_leaves_the_question_of_its_topic(content_copy: Path) -> None:
    """Nobody is told to remove the question because an answer to choose cannot be read for the moment."""
    add_situations(content_copy)
    (content_copy / LOST).write_text("version: [", encoding="utf-8")
    assert {str(problem.path) for problem in check_content(content_copy)} == {LOST}


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_card_that_leads_to_no_answer_is_refused(content_copy: Path, language: str) -> None:
    """What can be chosen below an emergency must be there, whichever language names it."""
    path = content_copy / "domain.yml"
    text = path.read_text(encoding="utf-8")
    said = {"en": "English", "es": "Español"}[language]
    old = f"text: {said} emergency now\n    custom: {{language: {language}, topic: emergency_now}}"
    assert old in text
    new = old.replace("topic: emergency_now}", "topic: emergency_now, next: [bond, bond.refused]}")
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert printed(content_copy) == [
        "domain.yml:1: the response utter_emergency_now leads to `bond.refused`, which does not exist. "
        "Use the id of an answer in data/faq under `next`."
    ]


def test_a_hard_text_with_a_reason_in_the_file_passes(content_copy: Path) -> None:
    """Where the words of a law must stand; a reason of a few letters is none."""
    path = content_copy / CARD
    hard = "Documentación administrativa correspondiente a procedimientos jurisdiccionales extraordinarios."
    text = path.read_text(encoding="utf-8").replace("La tarjeta dice sus derechos.", hard)
    reason = "  reading_exception: The words of the statute must stand.\n"
    path.write_text(text.replace("  group: rights\n", "  group: rights\n" + reason), encoding="utf-8")
    assert printed(content_copy) == []
    path.write_text(text.replace("  group: rights\n", "  group: rights\n  reading_exception: so\n"))
    assert printed(content_copy) == [
        f"{CARD}:5: reading_exception gives no reason. Say why in at least 20 letters."
    ]


def test_a_table_saved_by_excel_with_its_mark_is_read(content_copy: Path) -> None:
    """The byte order mark in front and the line ends of Windows do no harm."""
    path = content_copy / PHONES
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert printed(content_copy) == []


def test_bad_bytes_and_missing_files_are_named(content_copy: Path) -> None:
    """A file that cannot be read at all is a mistake like any other."""
    (content_copy / CARD).write_bytes(b'version: "3.1"\ntopic: \xff\n')
    (content_copy / "data/rules.yml").unlink()
    (content_copy / PHONES).unlink()
    assert printed(content_copy) == [
        "data/faq/red_card.yml:2: the file is not UTF-8 text. Save it as UTF-8.",
        "data/resources/phones.csv:1: the file is missing. Restore it.",
        "data/rules.yml:1: the file is missing. Restore it.",
    ]


def test_bad_check_dates_of_services_are_named(content_copy: Path) -> None:
    """The day on which a service was last checked must be a day."""
    path = content_copy / SERVICES
    path.write_text(path.read_text(encoding="utf-8").replace("2026-11-22", "yesterday"), encoding="utf-8")
    expected = "assured_date is `yesterday`, which is no date. Write year-month-day, like 2026-11-22."
    assert printed(content_copy) == [f"{SERVICES}:{line}: {expected}" for line in (2, 3, 4)]


def test_no_problem_hides_another(content_copy: Path) -> None:
    """Every mistake is listed at once, in the order of files and lines."""
    card = content_copy / CARD
    card.write_text(card.read_text(encoding="utf-8").replace("group: rights", "group: x"), encoding="utf-8")
    food = content_copy / FOOD
    food.write_text(food.read_text(encoding="utf-8").replace("group: help", "group: y"), encoding="utf-8")
    assert [line.split(":")[:2] for line in printed(content_copy)] == [[FOOD, "4"], [CARD, "4"]]


def test_an_answer_past_its_review_date_is_a_mistake(content_copy: Path) -> None:
    """For the check; at run time it is served with a warning or held back, so the service never stops."""
    late = [str(problem) for problem in check_content(content_copy, today=datetime.date(2027, 11, 23))]
    assert late == [
        f"{CARD}:1: the answer was to be checked again by 2027-11-22. "
        "Check its sources, mend it, and write the new dates as reviewed and review_by."
    ]
    assert check_content(content_copy, today=datetime.date(2027, 11, 22)) == []
    topics = read_content(content_copy).topics
    assert [*map(str, overdue_answers(content_copy, topics, datetime.date(2027, 11, 23)))] == late


def test_only_the_named_paths_are_reported(content_copy: Path) -> None:
    """A clerk who checks one file is not shown the mistakes of others."""
    card = content_copy / CARD
    card.write_text(card.read_text(encoding="utf-8").replace("group: rights", "group: x"), encoding="utf-8")
    assert check_content(content_copy, [content_copy / FOOD]) == []
    assert len(check_content(content_copy, [content_copy / "data" / "faq"])) == 1


def test_content_with_a_mistake_cannot_be_read(content_copy: Path) -> None:
    """Nothing is ever answered from content that does not pass the check."""
    (content_copy / CARD).unlink()
    (content_copy / FOOD).unlink()
    (content_copy / "data/faq/bond.yml").unlink()
    with pytest.raises(ContentError, match="there is no topic file"):
        read_content(content_copy)


def test_the_projects_own_content_has_no_mistake() -> None:
    """What residents are answered from passes its own check."""
    assert printed(PROJECT_ROOT) == []
