using Microsoft.Win32.SafeHandles;
using Shype.Attest.Agent.Measuring;
using Shype.Attest.Measurement.LogFiles;

namespace Shype.Attest.Agent.Images;

/// <summary>
/// A copy of a file in memory that the kernel lets nobody write any more (memfd with seals): what was measured is what whoever opens its path reads. For kernels,
/// initial file systems and configurations, which are read once, at the start of a VM.
/// </summary>
public sealed class SealedCopy : IDisposable
{
    private readonly SafeFileHandle _handle;

    private SealedCopy(SafeFileHandle handle) => _handle = handle;

    /// <summary>Where other processes of this user can open it for as long as this object lives.</summary>
    public string Path => $"/proc/{Environment.ProcessId}/fd/{(int)_handle.DangerousGetHandle()}";

    /// <summary>Seals a copy of bytes.</summary>
    /// <exception cref="AgentException">The kernel has no memory for it, or no seals.</exception>
    public static SealedCopy Of(ReadOnlySpan<byte> bytes)
    {
        var handle = FileCalls.Seal(bytes);
        return handle.IsInvalid
            ? throw new AgentException(ExitCode.CouldNot, $"a sealed copy cannot be made in memory: {LinuxFiles.Message(System.Runtime.InteropServices.Marshal.GetLastPInvokeError())}")
            : new(handle);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    /// <summary>The largest file that is copied: an initial file system with everything in it has a tenth of this.</summary>
    public const int MaxBytes = 512 * 1024 * 1024;
}
