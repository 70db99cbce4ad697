from parleyworks import Booth, ferry, jot, speakable, veil

PAGES = {"hours": "https://shop.example/hours"}


@speakable("Transfer money to another account", paced="5/min")
def transfer(booth: Booth, amount: float, target: str):
    if not booth.vouched:
        return {"error": "who_are_you"}
    if not 0 < amount < 1000:
        return {"error": "bad_amount"}
    return bank.move(amount, target[:40])


@speakable("Remember how the caller pays")
def remember(booth: Booth):
    card_number = booth.ask("Which card?")
    jot(veil(card_number))


@speakable("Look something up")
def look(booth: Booth, page: str):
    return ferry(PAGES[page])
