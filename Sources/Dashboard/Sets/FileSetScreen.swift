import TerminalUI
import Workbench

/// A set of files on the stack, over the library.
struct FileSetScreen: Layer {
    static let title = "Set of files"
    static let level = LayerLevel.screen

    static let bindings: [Binding<SignedIn>] =
        [
            Binding(
                [.enter], name: "open", "Open the highlighted file", command: "open-selected",
                opens: [WorkspaceScreen.self, ConfirmCard.self, SeriesCard.self],
                when: { Availability(unless: $0.fileSet?.selected == nil ? "There is no file to open." : nil) }
            ) { signedIn, frame in
                signedIn.fileSet?.selected.map { signedIn.open($0.path, &frame) } ?? []
            },
            Binding(
                [NamedKey.train], name: "train", "Train on the marked files, or on all listed that have no models",
                command: "train", when: { Availability(unless: $0.fileSet?.noFilesToTrain) }
            ) { signedIn, _ in
                let cores = signedIn.desk.services.cores
                return signedIn.atSet { $0.train(atOnce: cores) }
            },
            Binding(
                [NamedKey.stopQueue], "Stop the queue of files to train on", command: "cancel",
                when: { Availability(unless: $0.fileSet?.queue?.isUnderWay == true ? nil : "No queue is under way.") }
            ) { signedIn, _ in
                signedIn.atSet {
                    $0.stopTraining()
                    return []
                }
            },
        ] + Binding.goingOn + [
            marking([NamedKey.tick], name: "mark", "Mark the highlighted file, or take its mark away", "mark-file") {
                $0.toggleMark()
            },
            marking([.character("*")], "Mark all files that are listed, or none", "mark-files") { $0.toggleAllMarks() },
            Binding(
                [.character("s")], name: "sort", "List files in the next order: path, open, events, peak, new, rows",
                command: "sort", arguments: FileSetState.Order.allCases.map(\.rawValue).joined(separator: "|"),
                withValue: { signedIn, value, frame in
                    guard let order: FileSetState.Order = frame.order(named: value) else { return [] }
                    signedIn.sortSet(by: order, &frame)
                    return []
                }
            ) { signedIn, frame in
                let orders = FileSetState.Order.allCases
                let place = signedIn.fileSet.flatMap { orders.firstIndex(of: $0.order) } ?? 0
                signedIn.sortSet(by: orders[(place + 1) % orders.count], &frame)
                return []
            },
            Binding(
                [.character("/")], name: "filter", "List only files whose path contains what you type", command: "filter",
                opens: [FileSetFilter.self]
            ) { signedIn, _ in
                signedIn.push(FileSetFilter())
                return []
            },
            writing("R", name: "report", "Write one report on the marked files, or on all listed", .report),
            writing("E", "Write the events of the marked files, or of all listed, as CSV (or PATH.jsonl)", .events),
            Binding([.character("r")], "Look for files again, and into each", command: "refresh") { signedIn, _ in
                signedIn.atSet { $0.lookAgain() }
            },
        ]
        + moves { _, move, signedIn, frame in
            signedIn.atSet {
                $0.select(move.place(from: $0.selection, of: $0.shown.count, page: FileSetLayout(frame).list.height))
                return []
            }
        }

    private static func marking(
        _ keys: [Key], name: String? = nil, _ help: String, _ command: String,
        _ mark: @escaping @Sendable (inout FileSetState) -> Void
    ) -> Binding<SignedIn> {
        Binding(keys, name: name, help, command: command) { signedIn, _ in
            signedIn.atSet {
                mark(&$0)
                return []
            }
        }
    }

    private static func writing(
        _ key: Character, name: String? = nil, _ help: String, _ content: SetExport.Content
    ) -> Binding<SignedIn> {
        Binding(
            [.character(key)], name: name, help, command: content.command, arguments: "PATH",
            when: { Availability(unless: $0.fileSet?.shown.isEmpty == false ? nil : "There is no file.") },
            withValue: { signedIn, path, _ in signedIn.fileSet.map { $0.write(content, to: path) } ?? [] }
        ) { signedIn, _ in signedIn.fileSet.map { $0.write(content, to: nil) } ?? [] }
    }

    static let gestures = [
        Gesture("click", "Highlight a file; a click before its name marks it"), Gesture("double click", "Open it"),
        Gesture("wheel", "Up and down"),
    ]

    mutating func update(_ mouse: Mouse, over signedIn: inout SignedIn, _ frame: inout Frame) -> LayerStep<SignedIn> {
        .stay(signedIn.mouseInSet(mouse, &frame))
    }

    func view(over signedIn: SignedIn, _ frame: Frame, into screen: inout CellBuffer) {
        signedIn.fileSet?.view(isFiltering: signedIn.layer(FileSetFilter.self) != nil, frame, into: &screen)
    }

    func sentences(over signedIn: SignedIn, _ frame: Frame) -> [String] { signedIn.fileSet?.sentences(frame) ?? [] }
}

extension SignedIn {
    /// Works on the set of files, in place; does nothing where there is none.
    mutating func atSet(_ body: (inout FileSetState) -> [Effect]) -> [Effect] {
        guard var set = fileSet else { return [] }
        fileSet = nil
        defer { fileSet = set }
        return body(&set)
    }

    /// Shows the files of some places in place of those of another set.
    mutating func showSet(_ places: [String]) -> [Effect] {
        var effects: [Effect] = []
        if fileSet?.places != places {
            fileSet?.stopTraining()
            fileSet = FileSetState(places)
            effects = [.listSet(places)]
        }
        showSetAgain()
        return effects
    }

    /// Shows the set in place of what lies over the library.
    mutating func showSetAgain() {
        leaveScreen(keepsSet: false)
        layers.insert(FileSetScreen(), at: 1)
    }

    fileprivate mutating func sortSet(by order: FileSetState.Order, _ frame: inout Frame) {
        fileSet?.sort(by: order)
        frame.say("Files: by \(order.title).")
    }

    fileprivate mutating func mouseInSet(_ mouse: Mouse, _ frame: inout Frame) -> [Effect] {
        guard let set = fileSet else { return [] }
        switch mouse.action {
        case .wheelUp: fileSet?.select(set.selection - 1)
        case .wheelDown: fileSet?.select(set.selection + 1)
        case .press:
            if let order = set.order(at: mouse, frame) {
                sortSet(by: order, &frame)
                return []
            }
            guard let index = set.place(at: mouse, frame) else { return [] }
            if mouse.isDouble, index == set.selection, let path = set.selected?.path { return open(path, &frame) }
            fileSet?.select(index)
            if mouse.x <= FileSetLayout(frame).list.x { fileSet?.toggleMark() }
        default: break
        }
        return []
    }
}

/// The line in which letters are typed that paths must contain.
struct FileSetFilter: Layer {
    static let title = "Filter of the set"
    static let takesText = true

    static let bindings: [Binding<SignedIn>] =
        [
            on([.enter], name: "keep", "Show what is left; \(NamedKey.back.name) shows all again") { _, _, _ in .close },
            on([NamedKey.back], name: "show all", "Show all again", isLast: true) { _, signedIn, _ in
                signedIn.fileSet?.changeFilter { $0.set("") }
                return .close
            },
        ]
        + moves(name: "choose") { _, move, signedIn, _ in
            signedIn.atSet {
                $0.select(move.place(from: $0.selection, of: $0.shown.count))
                return []
            }
        }

    mutating func take(_ key: Key, over signedIn: inout SignedIn) -> [Effect] {
        signedIn.fileSet?.changeFilter { _ = $0.handle(key) }
        return []
    }

    mutating func paste(_ text: String, over signedIn: inout SignedIn) -> [Effect] {
        signedIn.fileSet?.changeFilter { $0.insert(text) }
        return []
    }

    /// The set draws the line in its border.
    func view(over signedIn: SignedIn, _ frame: Frame, into screen: inout CellBuffer) {}
}
