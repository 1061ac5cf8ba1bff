using System.Text.Json;

namespace Shype.Attest.Agent.Images;

/// <summary>The file that an image's name for another one means: absolute, relative to the image, or QEMU's <c>json:</c>. Nothing that is not a file of this host.</summary>
internal static class BackingName
{
    /// <summary>The path, and the format where the name tells it; null where it is no file of this host.</summary>
    public static (string Path, string? Format)? Resolve(string image, string name)
    {
        if (name.StartsWith("json:", StringComparison.Ordinal))
        {
            return FromJson(image, name["json:".Length..]);
        }

        if (name.StartsWith("file:", StringComparison.Ordinal))
        {
            return Beside(image, name["file:".Length..]) is { } file ? (file, null) : null;
        }

        // QEMU takes what stands before a colon for a protocol, unless a slash comes first.
        return name.AsSpan().IndexOfAny(':', '/') is var mark && mark >= 0 && name[mark] == ':' ? null
            : Beside(image, name) is { } path ? (path, null) : null;
    }

    private static (string, string?)? FromJson(string image, string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            var root = document.RootElement;
            if (Text(root, "driver") is var driver && driver is "file")
            {
                return Text(root, "filename") is { } only && Beside(image, only) is { } plain ? (plain, "raw") : null;
            }

            if (driver is not ("raw" or "qcow2" or null))
            {
                return null;
            }

            var isFlat = root.ValueKind == JsonValueKind.Object && !root.TryGetProperty("file", out _);
            var file = isFlat ? root : root.GetProperty("file");
            return (isFlat ? Text(root, "file.driver") : Text(file, "driver")) is "file" or null
                && (isFlat ? Text(root, "file.filename") : Text(file, "filename")) is { } name
                && Beside(image, name) is { } path
                ? (path, driver)
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement element, string member) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? Beside(string image, string name) =>
        name.Length == 0 || name.Contains('\0', StringComparison.Ordinal) ? null : Path.GetFullPath(name, Path.GetDirectoryName(Path.GetFullPath(image))!);
}
