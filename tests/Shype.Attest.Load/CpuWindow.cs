using System.Diagnostics;

namespace Shype.Attest.Load;

/// <summary>A stretch of time, and the CPU time that the verifier and the load generator used in it. CPU time depends little on what else the machine does.</summary>
internal sealed class CpuWindow(VerifierUnderLoad verifier)
{
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly TimeSpan _verifierBefore = verifier.Cpu;
    private readonly TimeSpan _ownBefore = Environment.CpuUsage.TotalTime;

    /// <summary>How long it was.</summary>
    public double Seconds { get; private set; }

    /// <summary>The verifier's CPU time, user and system, in milliseconds.</summary>
    public double Verifier { get; private set; }

    /// <summary>The load generator's, likewise.</summary>
    public double Generator { get; private set; }

    /// <summary>Ends it.</summary>
    public CpuWindow End()
    {
        Seconds = Stopwatch.GetElapsedTime(_began).TotalSeconds;
        Verifier = (verifier.Cpu - _verifierBefore).TotalMilliseconds;
        Generator = (Environment.CpuUsage.TotalTime - _ownBefore).TotalMilliseconds;
        return this;
    }
}
