from parleyworks import Booth, ferry, jot, speakable


@speakable("Transfer money to another account")
def transfer(booth: Booth, amount: float, target: str):
    return bank.move(amount, target[:40])


@speakable("Remember how the caller pays")
def remember(booth: Booth, number: str):
    card_number = booth.ask("Which card?")
    jot(card_number)


@speakable("Look something up")
def look(booth: Booth, page: str):
    return ferry(page)
