using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Appraisal.References.Corim;
using Shype.Attest.Cli.Files;

namespace Shype.Attest.Cli.Commands;

/// <summary>What a signed bundle says about itself: options of the commands that sign one.</summary>
internal sealed class SigningOptions
{
    private readonly Option<string?> _name = new("--name") { Description = "The bundle's name", HelpName = "NAME" };
    private readonly Option<long?> _sequence = new("--sequence") { Description = "Its version, higher than all before under this name", HelpName = "N" };
    private readonly Option<string?> _origin = new("--origin") { Description = "Who made the values and from what", HelpName = "TEXT" };
    private readonly Option<string?> _notBefore = new("--not-before") { Description = "The first second in which they count (2027-01-31 or 2027-01-31T12:00:00Z)", HelpName = "TIME" };
    private readonly Option<string?> _notAfter = new("--not-after") { Description = "The last second in which they count; a day alone counts whole; without it they do not expire", HelpName = "TIME" };

    public SigningOptions AddTo(Command command)
    {
        foreach (var option in (Option[])[_name, _sequence, _origin, _notBefore, _notAfter])
        {
            command.Options.Add(option);
        }

        return this;
    }

    /// <summary>Whether any of them was given.</summary>
    public bool AreGiven(ParseResult parsed) => new Option[] { _name, _sequence, _origin, _notBefore, _notAfter }.Any(option => parsed.GetResult(option) is not null);

    /// <summary>The values as a CoRIM.</summary>
    public byte[] ToCorim(ParseResult parsed, ReferenceSet content)
    {
        var (begin, end) = (Time(parsed, _notBefore), Time(parsed, _notAfter));
        end = end is { } last && parsed.GetValue(_notAfter)!.Length == DayOnly ? last.AddDays(1).AddSeconds(-1) : end;
        var bundle = new ReferenceBundle
        {
            Name = parsed.GetValue(_name) ?? throw CommandException.Unusable("--name: a signed bundle needs a name"),
            Sequence = parsed.GetValue(_sequence) is { } sequence ? sequence is >= 0 and <= int.MaxValue ? sequence
                : throw CommandException.Unusable($"--sequence: 0 to {int.MaxValue} are possible")
                : throw CommandException.Unusable("--sequence: a signed bundle needs a version, so that an older one is told apart"),
            Origin = parsed.GetValue(_origin) is { Length: > 0 and <= AppraisalLimits.MaxReferenceText } origin ? origin
                : throw CommandException.Unusable("--origin: a signed bundle says who made its values and from what"),
            NotBefore = begin is null || end is not null ? begin : throw CommandException.Unusable("--not-before: a CoRIM that has a beginning has an end as well: give --not-after"),
            NotAfter = end is null || begin is null || begin <= end ? end : throw CommandException.Unusable("--not-after is before --not-before"),
            Content = content,
        };
        return BundleName.Problem(bundle.Name) is { } problem ? throw CommandException.Unusable($"--name: {problem}") : CorimWriter.Write(bundle);
    }

    /// <summary>Signs a CoRIM with a key from a file that nobody else can read.</summary>
    public static byte[] Sign(byte[] corim, string keyFile)
    {
        using var key = PrivateKeyFile.Read(keyFile);
        try
        {
            return SignedBundle.Sign(corim, key);
        }
        catch (CryptographicException refused)
        {
            throw CommandException.Unusable($"{keyFile}: it cannot sign: {refused.Message}");
        }
    }

    private static DateTimeOffset? Time(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) switch
    {
        null => null,
        var text when DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => time,
        var text => throw CommandException.Unusable($"{option.Name}: '{text}' is no time like 2027-01-31 or 2027-01-31T12:00:00Z"),
    };

    private const int DayOnly = 10;
    private static readonly string[] Formats = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss'Z'"];
}
