import AnomalyDetection
import Foundation
import Synchronization
import Work

/// Takes the first signal that asks the program to end, so that it ends in order; a second one ends it at once. One that the
/// program was started to pass over (`nohup`) is passed over.
struct Interruption {
    /// Raised when a signal came.
    let cancellation = Cancellation()
    private let asked = Asked()
    private let sources: [(signal: Int32, source: any DispatchSourceSignal)]

    private final class Asked: Sendable {
        let signal = Mutex<Int32?>(nil)
    }

    init() {
        let (asked, cancellation) = (asked, cancellation)
        sources = [SIGINT, SIGTERM, SIGHUP].filter { !isIgnored($0) }.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                let isFirst = asked.signal.withLock { signal in
                    defer { signal = signal ?? number }
                    return signal == nil
                }
                if isFirst { cancellation.cancel() } else { raiseAsUsual(number) }
            }
            source.resume()
            return (number, source)
        }
    }

    /// Leaves signals to the system again.
    func release() {
        for (number, source) in sources {
            source.cancel()
            signal(number, SIG_DFL)
        }
    }

    /// Ends the program by the signal that came, as a shell expects of one that is interrupted; returns where none did.
    func endProgram() {
        if let number = asked.signal.withLock({ $0 }) { raiseAsUsual(number) }
    }
}

/// Does what the system does on a signal unless told otherwise.
private func raiseAsUsual(_ number: Int32) {
    var own = sigset_t()
    sigemptyset(&own)
    sigaddset(&own, number)
    signal(number, SIG_DFL)
    // Threads of the system's queues hold signals back.
    pthread_sigmask(SIG_UNBLOCK, &own, nil)
    raise(number)
}

private func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
}
