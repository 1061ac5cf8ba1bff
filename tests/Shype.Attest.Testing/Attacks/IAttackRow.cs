namespace Shype.Attest.Testing.Attacks;

/// <summary>A row of the attack table that is data: what is done, and the reason that its refusal must give.</summary>
public interface IAttackRow
{
    /// <summary>The row's id and words: "Q01 one byte of attest changed".</summary>
    string Name { get; }

    /// <summary>A finding's code, or a problem's type.</summary>
    string Reason { get; }
}
