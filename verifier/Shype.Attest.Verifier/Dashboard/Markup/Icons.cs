using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Dashboard.Markup;

/// <summary>Small pictures beside words, each of another shape, so that no colour has to be seen. They say nothing to a screen reader: the word does.</summary>
internal static class Icons
{
    /// <summary>The product.</summary>
    public static Html Mark { get; } = Draw("""M12 2.5 20 5.5v6c0 5-3.4 8.6-8 10-4.6-1.4-8-5-8-10v-6z""", "M8 12l3 3 5-6");

    /// <summary>Good.</summary>
    public static Html Trusted { get; } = Draw("M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M8 12.4l2.8 2.8L16.2 9");

    /// <summary>A warning.</summary>
    public static Html Degraded { get; } = Draw("M12 3.5 21.5 20h-19z", "M12 10v4.2", "M12 17.2v.2");

    /// <summary>Refused.</summary>
    public static Html Failed { get; } = Draw("M8 3h8l5 5v8l-5 5H8l-5-5V8z", "M9 9l6 6", "M15 9l-6 6");

    /// <summary>Silent.</summary>
    public static Html Unreachable { get; } = Draw("M3 9a13 13 0 0 1 18 0", "M6.5 12.6a8 8 0 0 1 11 0", "M12 18v.2", "M4 20 20 4");

    /// <summary>Waits.</summary>
    public static Html Pending { get; } = Draw("M7 3h10", "M7 21h10", "M8 3v4l4 5-4 5v4", "M16 3v4l-4 5 4 5v4");

    /// <summary>Known, nothing more.</summary>
    public static Html Enrolled { get; } = Draw("M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z", "M8.5 12h7");

    /// <summary>Closed.</summary>
    public static Html Revoked { get; } = Draw("M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M6 6l12 12");

    /// <summary>Said for information.</summary>
    public static Html Information { get; } = Draw("M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M12 11v5", "M12 8v.2");

    /// <summary>The picture of a state.</summary>
    public static Html Of(WatchState state) => state switch
    {
        WatchState.Trusted => Trusted,
        WatchState.Degraded => Degraded,
        WatchState.Failed => Failed,
        WatchState.Unreachable => Unreachable,
        WatchState.Pending => Pending,
        WatchState.Revoked => Revoked,
        _ => Enrolled,
    };

    private static Html Draw(params string[] paths)
    {
        var drawn = paths.Select(path => (Html)$"""<path d="{path}"/>""");
        return $"""<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{drawn}</svg>""";
    }
}
