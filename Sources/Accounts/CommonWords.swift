/// Words, names and passwords that guessers try first, in lower case, with the best of their places in the lists from 1.
let commonWords: [String: Int] = {
    var ranks: [String: Int] = [:]
    ranks.reserveCapacity(50_000)
    for list in [ownWords, leakedPasswords, givenNames] {
        for (index, word) in list.utf8.split(whereSeparator: { $0 == 0x20 || $0 == 0x0A }).enumerated() {
            let word = String(Substring(word))
            ranks[word] = min(ranks[word] ?? .max, index + 1)
        }
    }
    return ranks
}()

/// Words and phrases of several languages that the lists of others lack or have late.
private let ownWords = """
    password passwort motdepasse contrasena wachtwoord parola senha letmein welcome admin administrator root toor user login
    guest master changeme default secret qwerty azerty qwertz asdf asdfgh zxcvbn abc iloveyou loveyou lovely sunshine princess
    monkey dragon football baseball basketball soccer hockey superman batman spiderman starwars pokemon pikachu naruto
    michael jennifer jordan jessica ashley daniel andrew joshua thomas charlie robert nicole hannah george summer winter spring
    autumn monday friday january february march april june july august september october november december flower hello
    freedom whatever trustno shadow killer hunter ranger buster tigger ginger pepper cookie cheese chocolate butterfly purple
    orange yellow silver golden diamond phoenix mustang ferrari porsche mercedes corvette harley yamaha computer internet
    google facebook youtube linkedin twitter microsoft apple samsung android windows linux ubuntu debian server database
    oddline test tester testing demo example sample temp temporary company london paris berlin madrid moscow newyork america
    canada germany england france spain mexico liverpool arsenal chelsea barcelona juventus family forever friends angel angels
    babygirl babyboy sweetheart darling honey money million lucky happy smile jesus christ godisgood blessed matrix zaq
    passwordpassword adminadmin welcomewelcome letmeinplease iloveyouforever iloveyousomuch mypassword thisismypassword
    password1234 passw0rd1234 correcthorsebatterystaple correct-horse-battery-staple qwertyuiop123 qwerty123456 q1w2e3r4t5y6
    1qaz2wsx3edc zaq12wsxcde3 123qweasdzxc qweasdzxc123 asdfghjkl123 zxcvbnm12345 abcdefghijkl abc123abc123 abcd1234abcd
    changeme1234 changemenow1 administrator1 administrator123 rootrootroot letmein12345 welcome12345 trustno1trustno1
    monkey123456 dragon123456 football1234 baseball1234 sunshine1234 princess1234 superman1234 iloveyou1234 unknown
    about above absolute access action active adam alex alexander alice amanda amber america anderson andrea angela animal
    anthony anna anne apollo april archer aaron abby arthur asian austin avatar awesome babe baby bailey banana bandit barney
    batman beach bear beautiful because bella benjamin better bigdog bill billy birthday bitch black blazer blood blue bond
    booboo booger boomer boston bottle bowling box boy brandon brandy braves brazil brian bronco brooklyn brother bubba buddy
    bulldog business butter cactus calvin camaro cameron captain carlos carmen carolina caroline carter casper cassie castle
    cat chance change charles charlie chester chicago chicken chris christian christina christopher clown coffee college cold
    cool cooper corvette cowboy cowboys crystal cute dakota dallas dance danger danielle dark dave david dead death december
    deer denise dennis desire destiny devil diablo dick doctor dog dolphin dolphins donald dream dreams drive eagle eagles
    earth easy eddie edward einstein elephant elizabeth emily emma eric evil extreme fire fish fisher fitness florida
    ford forest forget forgot frank franklin fred free friday friend fuck fucker fuckme fuckyou fun funny gabriel game gamer
    games gandalf garden gateway gemini general genius george gibson giants girl girls global god gold golf good gordon great
    green gregory guitar gunner guest hammer hannah happy hardcore harry harley hate heart heather heaven hell hello help
    hockey holiday home hope horse horny hot hotdog house houston hunter hunting ice iceman indian iron isabella jack jackson
    jake james jamie jason jasmine jasper jeff jennifer jeremy jerry jesse jessica jim joe john johnny johnson jordan joseph
    josh joshua judy juice julia julian junior justin justice kelly ken kevin killer kim king kitty knight lady lakers
    larry lauren legend leon leo leslie life light lincoln linda link lion little live lol london long lord lost louise love
    lover loveme lucas lucky luke maggie magic man mandy manager marcus maria mark marine marlboro mars martin marvin mary
    matthew max maxwell maverick melissa member merlin mercury michelle mickey midnight mike miller mine money monica
    monster moon morgan mother motorola mountain mouse movie muffin murphy music mustang myself naked name natalie nathan
    naughty neo network newcastle newton nick nicholas night ninja nirvana nobody nothing ocean october office oliver olivia
    online orange pacific packers panda panther paradise pass passion patrick paul peace peaches peanut penguin people
    pepper peter phantom phone pink piper player please power private prince professor pumpkin punk pussy queen rabbit
    rachel racing raiders rain rainbow ram random raptor raven red redskins redsox regina richard ricky river robin robot
    rock rocket rocky roger rolltide ronald rose rosebud runner rush russia ryan sam samantha sammy samson sandra sarah
    saturn scooter scorpion scott scotty sean security september service sexy shannon sharon shark shelby sierra simon
    simple single sky skippy sleep slipknot smart smith smokey snake snoopy snow snowball soldier somebody something sophie
    spanky sparky speed spencer spider spirit sport star startrek stars start steelers stella stephen steve steven stone
    storm strong student stupid success sugar super superstar surf susan sweet swimming system taylor teacher teens
    tennis teresa texas thanks theman thunder thx tiffany tiger tigers time tina titanic tom tomcat tony topgun travis trouble
    truck turtle united vampire vanessa victor victoria viking village vincent virginia vision voodoo walter warrior water
    weare white wild william williams willie wilson winner winston wizard wolf woman women wolverine wonder work world
    xavier yamaha yankees yellow yes you young zebra zero zombie your what the and for are not
    """
