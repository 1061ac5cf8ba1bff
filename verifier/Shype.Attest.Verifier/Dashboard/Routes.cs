namespace Shype.Attest.Verifier.Dashboard;

/// <summary>Addresses of pages.</summary>
internal static class Routes
{
    /// <summary>A host.</summary>
    public static string Host(string id) => "/dashboard/hosts/" + Uri.EscapeDataString(id);

    /// <summary>A host's changes and verdicts.</summary>
    public static string History(string id) => Host(id) + "/history";

    /// <summary>A verdict, explained.</summary>
    public static string Verdict(string id, long? number = null) => Host(id) + "/verdict" + (number is { } of ? $"?number={of}" : "");

    /// <summary>A host's log, from the page with a record.</summary>
    public static string Log(string id, ulong record) => $"{Host(id)}/log?from={record - (record % Hosts.LogPage.PageSize)}#record-{record}";

    /// <summary>A VM.</summary>
    public static string Vm(string id, string uuid) => $"{Host(id)}/vms/{Uri.EscapeDataString(uuid)}";

    /// <summary>An address with parameters; those without a value are left out.</summary>
    public static string With(string path, params (string Name, string? Value)[] parameters)
    {
        var given = parameters.Where(parameter => !string.IsNullOrEmpty(parameter.Value)).Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}").ToList();
        return given.Count == 0 ? path : $"{path}?{string.Join('&', given)}";
    }
}
