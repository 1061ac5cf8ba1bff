namespace Shype.Attest.Verifier.Hosting;

/// <summary>The verifier cannot start as it is set up; the message says what is wrong, where, and what to do.</summary>
internal sealed class SetupException(string message) : Exception(message);
