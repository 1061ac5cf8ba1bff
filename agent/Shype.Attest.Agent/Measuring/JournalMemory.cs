using Shype.Attest.Measurement.LogFiles;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Measuring;

/// <summary>What one use of the journal leaves to the next in the same process, so that a use costs what is new and not the whole log. What it says holds only for a file that begins so.</summary>
/// <param name="Log">The file as it was left.</param>
/// <param name="Host">What its records say; follows them, and belongs to whoever uses the journal next.</param>
/// <param name="Settled">Per bank, what its records explain and the PCRs held.</param>
internal sealed record JournalMemory(LogMemory Log, MeasuredHost Host, IReadOnlyList<ReplayState> Settled);
