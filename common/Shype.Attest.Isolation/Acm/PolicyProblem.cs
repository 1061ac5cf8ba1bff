namespace Shype.Attest.Isolation.Acm;

/// <summary>Why a policy file is refused.</summary>
/// <param name="Line">Line in the file, from 1; 0 where the whole file is meant.</param>
/// <param name="Column">Column in the line, from 1; 0 where the whole file is meant.</param>
/// <param name="Code">Which rule.</param>
/// <param name="Message">One sentence: what is wrong and what to do.</param>
public sealed record PolicyProblem(int Line, int Column, PolicyProblemCode Code, string Message)
{
    /// <summary>"line 12, column 7: type 'blu' is not declared".</summary>
    public override string ToString() => Line == 0 ? Message : $"line {Line}, column {Column}: {Message}";
}

/// <summary>The rules that a policy file can break.</summary>
public enum PolicyProblemCode
{
    /// <summary>Larger than <see cref="AcmLimits.MaxFileBytes"/>.</summary>
    TooLarge,

    /// <summary>Not UTF-8, or it says that it is in another encoding.</summary>
    NotUtf8,

    /// <summary>Not XML.</summary>
    NotXml,

    /// <summary>A document type declaration: entities and external files are not read.</summary>
    DoctypeForbidden,

    /// <summary>Nested deeper than <see cref="AcmLimits.MaxDepth"/>.</summary>
    TooDeep,

    /// <summary>More elements, types, labels or sets than <see cref="AcmLimits"/> allows.</summary>
    TooMany,

    /// <summary>A name or text longer than <see cref="AcmLimits.MaxTextLength"/>.</summary>
    TextTooLong,

    /// <summary>More than <see cref="AcmLimits.MaxProblems"/> problems; the rest is not listed.</summary>
    TooManyProblems,

    /// <summary>The root element is not SecurityPolicyDefinition.</summary>
    NotAPolicy,

    /// <summary>An element or attribute of another namespace.</summary>
    WrongNamespace,

    /// <summary>An element that the grammar does not have here.</summary>
    UnexpectedElement,

    /// <summary>An element that the grammar requires here.</summary>
    MissingElement,

    /// <summary>An attribute that the grammar does not have here.</summary>
    UnexpectedAttribute,

    /// <summary>An attribute that the grammar requires.</summary>
    MissingAttribute,

    /// <summary>A value that the attribute cannot have.</summary>
    BadAttributeValue,

    /// <summary>Text between elements.</summary>
    UnexpectedText,

    /// <summary>A name broken up by comments, CDATA or instructions, which readers put together differently.</summary>
    BrokenText,

    /// <summary>A second block of types in a label, of which Xen's tools would read only the first.</summary>
    RepeatedBlock,

    /// <summary>A name that is empty.</summary>
    EmptyName,

    /// <summary>A name with white space around it, with control or invisible characters, or with ':' where label strings use it.</summary>
    BadName,

    /// <summary>A name with a meaning of its own.</summary>
    ReservedName,

    /// <summary>Not <c>major.minor</c>.</summary>
    BadVersion,

    /// <summary>A type, label or set that is there twice.</summary>
    Duplicate,

    /// <summary>A type that is not declared.</summary>
    UndeclaredType,

    /// <summary>A conflict set of fewer than two types.</summary>
    ConflictSetTooSmall,

    /// <summary>The bootstrap label is not a VM label of the policy.</summary>
    UnknownBootstrap,

    /// <summary>A label with two types of one conflict set: what may run would depend on the order of starts.</summary>
    ConflictInLabel,

    /// <summary>Two primary components.</summary>
    TwoPrimaries,

    /// <summary>A file of a schema before 2007, or half of a policy of 2005.</summary>
    OlderGeneration,

    /// <summary>A label template that was made for another definition.</summary>
    OtherDefinition,
}
