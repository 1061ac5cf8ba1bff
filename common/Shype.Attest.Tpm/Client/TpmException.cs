namespace Shype.Attest.Tpm.Client;

/// <summary>A TPM refused a command. The message names the command, the code, who is at fault, and what to do. The kinds of culprit that are of use have a type of their own.</summary>
public class TpmException : TpmFailedException
{
    private protected TpmException(CommandCode command, ResponseCode code)
        : base($"{command.ToText()} was refused: {code}: {code.Meaning}; {code.Advice}")
    {
        Command = command;
        Code = code;
    }

    /// <summary>The command that was refused.</summary>
    public CommandCode Command { get; }

    /// <summary>The TPM's answer.</summary>
    public ResponseCode Code { get; }

    /// <summary>Which handle, parameter or session, counted from 1; 0 where the code names none.</summary>
    public int Number => Code.Number;

    /// <summary>Whether this is the error of the specification, whatever it was about.</summary>
    public bool Is(ResponseCode code) => Code.Base == code.Base;

    /// <summary>The exception for a response code that is not success.</summary>
    public static TpmException Of(CommandCode command, ResponseCode code) => code.Culprit switch
    {
        ResponseCulprit.Handle => new TpmHandleException(command, code),
        ResponseCulprit.Parameter => new TpmParameterException(command, code),
        ResponseCulprit.Session => new TpmSessionException(command, code),
        ResponseCulprit.Warning => new TpmWarningException(command, code),
        ResponseCulprit.Vendor => new TpmVendorException(command, code),
        _ => new TpmException(command, code),
    };
}

/// <summary>A handle is at fault: <see cref="TpmException.Number"/> says which.</summary>
public sealed class TpmHandleException : TpmException
{
    internal TpmHandleException(CommandCode command, ResponseCode code)
        : base(command, code)
    {
    }
}

/// <summary>A parameter is at fault: <see cref="TpmException.Number"/> says which.</summary>
public sealed class TpmParameterException : TpmException
{
    internal TpmParameterException(CommandCode command, ResponseCode code)
        : base(command, code)
    {
    }
}

/// <summary>A session is at fault: <see cref="TpmException.Number"/> says which.</summary>
public sealed class TpmSessionException : TpmException
{
    internal TpmSessionException(CommandCode command, ResponseCode code)
        : base(command, code)
    {
    }
}

/// <summary>Nobody is at fault for long: the same command may succeed later, or once something was freed. Retries were used up.</summary>
public sealed class TpmWarningException : TpmException
{
    internal TpmWarningException(CommandCode command, ResponseCode code)
        : base(command, code)
    {
    }
}

/// <summary>A code that only the TPM's maker knows.</summary>
public sealed class TpmVendorException : TpmException
{
    internal TpmVendorException(CommandCode command, ResponseCode code)
        : base(command, code)
    {
    }
}
