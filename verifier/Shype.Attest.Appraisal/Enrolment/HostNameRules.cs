using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>Names of hosts: safe in files, URLs, terminals, SQL and HTML without a second thought (threat row K14).</summary>
public static class HostNameRules
{
    /// <summary>What is wrong with a name; null for a good one.</summary>
    public static string? Problem(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > ProtocolLimits.MaxNameCharacters)
        {
            return $"it has {name.Length} characters";
        }

        foreach (var letter in name)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('.' or '-' or '_'))
            {
                return $"U+{(int)letter:X4} is not allowed";
            }
        }

        return !char.IsAsciiLetterOrDigit(name[0]) || name.Contains("..", StringComparison.Ordinal) ? "it does not begin with a letter or digit, or has two dots together" : null;
    }
}
