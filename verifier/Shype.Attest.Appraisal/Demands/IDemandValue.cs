namespace Shype.Attest.Appraisal.Demands;

/// <summary>A text, a list or a mapping of a file or message, and where it stands: what the grammar of demands is read from, whether it was YAML or JSON.</summary>
public interface IDemandValue
{
    /// <summary>A text; refused where it is none, empty or too long.</summary>
    string Text();

    /// <summary>True or false; refused where it is neither.</summary>
    bool Flag();

    /// <summary>The items of a list; refused where it is none.</summary>
    IReadOnlyList<IDemandValue> List();

    /// <summary>The members of a mapping; refused where it is none.</summary>
    IReadOnlyDictionary<string, IDemandValue> Members();

    /// <summary>A refusal that names the place, to be thrown.</summary>
    Exception Refuse(string problem);
}
