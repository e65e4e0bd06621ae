import TerminalUI

/// The open series on the stack, over the library.
struct WorkspaceScreen: Layer {
    static let title = "Workspace"
    static let level = LayerLevel.screen
    static let bindings = Binding.ofWorkspace

    static let gestures = [
        Gesture(
            "click",
            "Go to a row, slider or event; a click on a tinted span selects its event, one on a head of the list sorts by it"),
        Gesture("double click", "Inspect an event, or put a slider back to where it began"),
        Gesture("drag", "Move a slider, or pan the plots"),
        Gesture("wheel", "Zoom at the pointer, or go through the events"),
    ]

    mutating func update(_ mouse: Mouse, over signedIn: inout SignedIn, _ frame: inout Frame) -> LayerStep<SignedIn> {
        let effects = signedIn.atWorkspace { $0.updateMouse(mouse, &frame) }
        guard mouse.action == .press, mouse.isDouble, signedIn.workspace?.isOnEvent(mouse, frame) == true else {
            return .stay(effects)
        }
        return .stay(effects + signedIn.inspect())
    }

    func view(over signedIn: SignedIn, _ frame: Frame, into screen: inout CellBuffer) {
        signedIn.workspace?.view(frame, into: &screen)
    }

    func sentences(over signedIn: SignedIn, _ frame: Frame) -> [String] { signedIn.workspace?.sentences(frame) ?? [] }
}
