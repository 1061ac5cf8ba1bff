using System.Text;

namespace Shype.Attest.Measurement.EventLogs.Events;

/// <summary>EV_EFI_ACTION, EV_ACTION: something that firmware did, in words that the profile fixes (PFP 1.05, 10.4.4).</summary>
public sealed record ActionEvent : TcgEvent
{
    private ActionEvent(EventSource source)
        : base(source.Measured, source.WholeOrNothing())
    {
    }

    /// <summary>The firmware starts what a boot option names.</summary>
    public const string CallingApplication = "Calling EFI Application from Boot Option";

    /// <summary>The operating system takes over.</summary>
    public const string ExitBootServices = "Exit Boot Services Invocation";

    /// <summary>It has taken over.</summary>
    public const string ExitBootServicesDone = "Exit Boot Services Returned with Success";

    /// <summary>The firmware can be debugged: Secure Boot means nothing.</summary>
    public const string DebugMode = "UEFI Debug Mode";

    /// <summary>Devices may write into memory.</summary>
    public const string NoDmaProtection = "DMA Protection Disabled";

    /// <summary>The words.</summary>
    public string Action => Encoding.UTF8.GetString(Measured.Data.Span.TrimEnd((byte)0));

    /// <inheritdoc/>
    public override string Kind => "action";

    /// <inheritdoc/>
    public override string Text => EventDescription.Of(Measured.Data.Span);

    internal static ActionEvent Read(EventSource source) => new(source);
}
