import CKernels
import COneDNN

/// The instructions for which the networks' kernels are compiled; each path gives the same numbers within rounding.
public enum KernelPath: Int32, CaseIterable, Sendable {
    /// What every processor of its kind has.
    case plain
    /// AVX2 with fused multiply-add.
    case avx2
    /// AVX-512 F, DQ and VL.
    case avx512

    /// The fastest that this processor has.
    public static var best: KernelPath { KernelPath(rawValue: ok_best_path()) ?? .plain }

    /// The one in use: the best, or the one that `ODDLINE_KERNELS` names where the processor has it.
    public static var inUse: KernelPath { KernelPath(rawValue: ok_path()) ?? .plain }

    /// The paths that this processor can take, the slowest first.
    public static var available: [KernelPath] { allCases.filter { $0.rawValue <= best.rawValue } }

    /// What the path is called in `ODDLINE_KERNELS`.
    public var name: String { "\(self)" }

    /// The version of the matrix back end.
    public static var backEnd: String {
        guard let version = dnnl_version()?.pointee else { return "unknown" }
        return "oneDNN \(version.major).\(version.minor).\(version.patch)"
    }
}

/// Whether the matrix back end, before its first product, was held to the instructions of the path in use.
let backEndIsHeld: Bool = {
    guard KernelPath.inUse != .best else { return false }
    return dnnl_set_max_cpu_isa(KernelPath.inUse == .plain ? dnnl_cpu_isa_sse41 : dnnl_cpu_isa_avx2) == dnnl_success
}()
