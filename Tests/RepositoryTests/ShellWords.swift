/// The simple commands of a shell line, each as its words, as far as the documents write them: quotes, remarks, and `|`, `&&`, `;`, `&` between commands.
struct ShellWords {
    var commands: [[String]] = []

    init(_ line: String) {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var skips = false
        func end(_ word: inout String?, _ words: inout [String]) {
            if let done = word, !skips { words.append(done) }
            if word != nil { skips = false }
            word = nil
        }
        for character in line {
            if let open = quote {
                if character == open { quote = nil } else { word?.append(character) }
                continue
            }
            switch character {
            case "'", "\"":
                quote = character
                word = word ?? ""
            case " ": end(&word, &words)
            // Where it is from or to is no argument.
            case "<", ">":
                end(&word, &words)
                skips = true
            case "|", ";", "&":
                end(&word, &words)
                if !words.isEmpty { commands.append(words) }
                words = []
            case "#" where word == nil:
                end(&word, &words)
                if !words.isEmpty { commands.append(words) }
                return
            default: word = (word ?? "") + String(character)
            }
        }
        end(&word, &words)
        if !words.isEmpty { commands.append(words) }
    }
}
