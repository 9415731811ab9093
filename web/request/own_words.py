"""The words of the form's pages for somebody who asks for themselves: "you" where a referrer reads "they"."""

from __future__ import annotations

OWN: dict[str, str] = {
    # The questions
    "Who is it for, and where do they live?": "Who are you, and where do you live?",
    "How many people eat there?": "How many people eat with you, you too?",
    "How do we reach them?": "How do we reach you?",
    "How does the driver get to the door?": "How does the driver get to your door?",
    "Do they agree that we keep this?": "May we keep this?",
    "Is there food they do not eat?": "Is there food you do not eat?",
    "Does anyone have a food allergy?": "Does anyone with you have a food allergy?",
    "Is something only for one of them?": "Is something only for one of you?",
    "Can they cook at home?": "Can you cook at home?",
    "What would they like?": "What would you like?",
    # Their fields
    "Name to ask for at the door": "Your name, as we ask for it at the door",
    "Language they speak best": "Language you speak best",
    "When they do not open": "When you do not open",
    "Buzzer, gate, which stairs. Never why they get food.": "Buzzer, gate, which stairs. Nothing about why.",
    "Give it to them only": "Give it to me only",
    "This address must stay secret": "My address must stay secret",
    "Yes, they agree": "Yes, I agree",
    "They can still have food parcels that they choose from.": "You can still have food parcels.",
    "Read it to them: “We keep your name, address and phone to bring you food. Your driver sees them on the day. You may "
    "stop at any time.”": "We keep your name, address and phone to bring you food. Your driver sees them on the day. You "
    "may stop at any time.",
    "Read it to them: “We keep your allergies, and what you do not eat, so that your food is safe. The cook’s label and "
    "your driver that day see them. You may change your mind.”": "We keep your allergies, and what you do not eat, so that "
    "your food is safe. The cook’s label and your driver that day see them. You may change your mind.",
    "They eat only what is": "We eat only what is",
    "Tick all that must be kept to. None ticked: they eat everything.": "Tick all that we must keep to. None ticked: you eat "
    "everything.",
    "Does anyone there have a food allergy?": "Does anyone with you have a food allergy?",
    "Ask them, or the person who speaks for them. A dislike is not an allergy.": "A dislike is not an allergy.",
    "We do not guess: no meals until a coordinator has rung them. Parcels can come.": "We do not guess: no meals until "
    "somebody has rung you. Parcels can come.",
    "Something else they cannot eat, in their words": "Something else you cannot eat, in your words",
    "What is not in the list, such as kiwi. A coordinator rings and asks; until then no meals come. Parcels can.": "What is "
    "not in the list, such as kiwi. Somebody rings you and asks; until then no meals come. Parcels can.",
    "Leave it empty when everybody eats the same. Every meal of the household is safe for all of them either way.": "Leave it "
    "empty when everybody eats the same. Every meal is safe for all of you either way.",
    "To heat up at home. They need a microwave or an oven.": "To heat up at home. You need a microwave or an oven.",
    "Only a kettle": "I have only a kettle",
    "They can cook": "I can cook",
    "They cannot cook or heat anything": "I cannot cook or heat anything",
    "What can they cook with?": "What can you cook with?",
    "A parcel then holds only what they can make.": "A parcel then holds only what you can make.",
    "What else do they need with a parcel?": "What else do you need with a parcel?",
    "Or, if you do not know their ages": "Or, if you would rather not say how old",
    "They did not agree that we keep what they cannot eat. So only parcels are safe.": "We may not keep what you cannot eat. "
    "So only parcels are safe.",
    "Empty: until you end it": "Empty: until you tell us",
    "One of them": "One of you",
    # What is wrong
    "Enter the name to ask for at the door": "Enter your name",
    "Enter the address: flat or house number, building, street": "Enter your address: flat or house number, building, street",
    "Enter the postcode": "Enter your postcode",
    "Say whether they agree that we keep their name and address": "Say whether we may keep your name and address",
    "Without their yes we cannot keep their address, so we cannot bring food": "Without your yes we cannot keep your address, "
    "so we cannot bring food",
    "Say whether they agree that we keep what they cannot eat": "Say whether we may keep what you cannot eat",
    "Choose which foods they are allergic to": "Choose which foods you are allergic to",
    "Say whether they can cook": "Say whether you can cook",
    "Say what else they need, such as a tablet": "Say what else you need, such as a tablet",
    "Choose what they would like": "Choose what you would like",
    "Only parcels are safe while we may not keep what they cannot eat. Choose a parcel": "Only parcels are safe while we may "
    "not keep what you cannot eat. Choose a parcel",
    # The answers before they are sent
    "Ask for this food": "Send the form",
}
"""What a referrer reads, and what a resident reads instead. What is not here is the same for both."""


def as_own(words: str) -> str:
    """For whoever asks for themselves."""
    return OWN.get(words, words)


def as_theirs(words: str) -> str:
    """For whoever asks for somebody else: the words as they are."""
    return words
