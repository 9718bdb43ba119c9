"""Writes jinja.json: what Jinja2 itself makes of texts that messages may have.

    pip install jinja2==3.1.6 && python jinja.py >jinja.json
"""

import json

from jinja2 import Environment

VALUES = {
    "first_name": "Anna",
    "points": 250,
    "tier": "gold",
    "interests": ["books", "tea"],
    "newsletter": True,
    "shop": "Corner",
    "code": "SAVE 5%",
    "items": [{"name": "Tea"}, {"name": "Mug", "url": "https://shop.example/mug"}, {"name": "Pot"}],
}

# Told of Anna, and of somebody of whom nothing but the shop is known.
TEXTS = [
    "plain",
    "{{ shop }}",
    "{{shop}}{{ shop}}{{shop }}",
    "a {{- shop }} b {{ shop -}} c",
    "a\n  {%- if newsletter %} b {% endif -%}\n c",
    "a\n{% if newsletter %}\nb\n{% else %}\nc\n{% endif %}\nd",
    "{# one #}a{#- two -#} b {#- three #}",
    "{% raw %}{{ shop }} {% if %} {# #}{% endraw %}",
    "a {%- raw -%} {{ {% endraw -%} b",
    "{ {{ shop }} } }} %} #}",
    "{{ '}}' }} {{ \"%}\" }} {{ '{{' }}",
    "{{ \"it's\" }} {{ 'a \"b\"' }} {{ 'it\\'s' }}",
    "{{ first_name|default('you') }}",
    "{{ first_name|default(shop) }}",
    "{{ first_name|default(code)|default('-') }}",
    "{{ first_name|default('you')|upper }}",
    "{{ first_name|upper|default('you') if first_name is defined else 'nobody' }}",
    "{{ 'mary-jane VAN dam'|title }} {{ 'ÉCOLE'|lower }} {{ 'straße'|upper }}",
    "{{ code|default('a b?d=é&f')|urlencode }}",
    "{{ first_name if first_name is defined else 'you' }}",
    "{{ 'a' if newsletter is defined and newsletter else 'b' if tier is defined else 'c' }}",
    "{{ 'a' if points is not defined }}",
    "{% if first_name %}{{ first_name }}{% endif %}",
    "{% if not first_name %}you{% else %}{{ first_name }}{% endif %}",
    "{% if points|default(0) > 300 %}a{% elif points|default(0) > 200 %}b{% else %}c{% endif %}",
    "{% if points|default(0) >= 250 %}a{% endif %}{% if points|default(0) <= 249.5 %}b{% endif %}",
    "{% if points|default(-1) < 0 %}a{% endif %}{% if points|default(7) != 7 %}b{% endif %}",
    "{% if points|default(0) == 250.0 %}a{% else %}b{% endif %}",
    "{% if true or false and false %}a{% endif %}{% if (true or false) and false %}b{% endif %}",
    "{% if not true or true %}a{% endif %}{% if not (true or true) %}b{% endif %}",
    "{% if not false and not false %}a{% endif %}",
    "{% if tier is defined and tier == 'gold' %}a{% else %}b{% endif %}",
    "{% if tier is not defined or tier != 'gold' %}a{% else %}b{% endif %}",
    "{% if interests is defined and 'tea' in interests %}a{% endif %}",
    "{% if interests is defined and 'tea' not in interests %}a{% endif %}",
    "{% if 'orn' in shop %}a{% endif %}{% if 'x' not in shop %}b{% endif %}",
    "{% if first_name is undefined %}a{% endif %}{% if first_name is not undefined %}b{% endif %}",
    "{% for item in items %}{{ item.name }}{% endfor %}",
    "{% for item in items %}{{ item.name }}{% if not loop.last %}, {% endif %}{% else %}-{% endfor %}",
    "{% for item in items[:2] %}{{ loop.index }}/{{ loop.length }} {% endfor %}",
    "{% for item in items[:99] %}{{ loop.index0 }}{% if loop.first %}!{% endif %}{% endfor %}",
    "{% for item in items %}{{ item.url|default('-') }};{% endfor %}",
    "{% for item in items %}{% if item.url is defined %}{{ item.url }}{% endif %};{% endfor %}",
    "{% for a in items[:2] %}{% for b in items[:2] %}{{ a.name }}{{ b.name }}{{ loop.index }} {% endfor %}{{ loop.index }}{% endfor %}",
    "{% for topic in interests|default([]) %}{{ topic }} {% endfor %}",
    "{% if items %}some{% else %}none{% endif %} {{ items|length }}",
    "{% for item in items -%}\n  * {{ item.name }}\n{% endfor %}",
    "a\r\nb\r\n",
    "a\n\n",
]


def told(text, values):
    return Environment().from_string(text).render(values)


nobody = {"shop": VALUES["shop"], "items": []}
# A loop over a set that is not there goes over nothing.
cases = [
    {"text": text.replace("|default([])", ""), "anna": told(text, VALUES), "nobody": told(text, nobody)}
    for text in TEXTS
]
print("[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases) + "\n]")
