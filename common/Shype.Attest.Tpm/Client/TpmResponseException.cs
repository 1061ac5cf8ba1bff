using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Client;

/// <summary>
/// What came back from the TPM cannot be its response: malformed, or with a response HMAC that its session does not give. What the command did is unknown. The
/// message names member and byte, and never shows the bytes: they may be secret.
/// </summary>
public sealed class TpmResponseException : TpmFailedException
{
    /// <summary>A response that is not as the specification says.</summary>
    public TpmResponseException(CommandCode command, TpmFormatProblem problem)
        : base($"the response to {command.ToText()} is malformed: {problem}. A device or proxy between here and the TPM may have changed it; the command may have been carried out")
    {
        Command = command;
        Problem = problem;
    }

    /// <summary>A response that the other end of the session did not make.</summary>
    public TpmResponseException(CommandCode command, int session, string problem)
        : base($"the response to {command.ToText()} is not authentic: {problem} of session {session}. Something between here and the TPM changed it; do not use this TPM until that is found")
    {
        Command = command;
        Session = session;
        Problem = new TpmFormatProblem(Authentication, 0, problem);
    }

    /// <summary>The command that was answered so.</summary>
    public CommandCode Command { get; }

    /// <summary>What is wrong, and at which byte of the response.</summary>
    public TpmFormatProblem Problem { get; }

    /// <summary>The session, counted from 1, whose response HMAC is wrong; null where the response is malformed.</summary>
    public int? Session { get; }

    private const string Authentication = "authorization area";
}
