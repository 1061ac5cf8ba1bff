namespace Shype.Attest.Cli;

/// <summary>What the program ends with; people script against it, and so it never changes.</summary>
public enum ExitCode
{
    /// <summary>Yes: verified, affirming, done.</summary>
    Yes = 0,

    /// <summary>Refused: something was checked and is not as it must be.</summary>
    Refused = 1,

    /// <summary>The command line is wrong, or an input cannot be read.</summary>
    Usage = 2,

    /// <summary>Nobody could be asked: no connection, no right, no answer.</summary>
    CouldNotAsk = 3,
}
