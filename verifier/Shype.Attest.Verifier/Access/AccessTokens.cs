using System.Security.Cryptography;
using System.Text;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Hosting;

namespace Shype.Attest.Verifier.Access;

/// <summary>The operator's and the relying party's token, made at the first start as files that only the verifier's owner can read.</summary>
internal sealed class AccessTokens(TokenDigest operatorToken, TokenDigest relyingPartyToken)
{
    /// <summary>Reads the tokens, or makes them first. To replace one: delete its file and restart.</summary>
    public static AccessTokens Load(StateFolder state) => new(Load(state.File("operator.token")), Load(state.File("relying-party.token")));

    /// <summary>The role that a token gives; null for none.</summary>
    public string? RoleOf(TokenDigest token)
    {
        // Both are always compared.
        var (isOperator, isRelyingParty) = (token.FixedTimeEquals(operatorToken), token.FixedTimeEquals(relyingPartyToken));
        return isOperator ? Roles.Operator : isRelyingParty ? Roles.RelyingParty : null;
    }

    private static TokenDigest Load(string path)
    {
        var file = PrivateFile.ReadOrCreate(path, () => Encoding.ASCII.GetBytes(Base64UrlText.Encode(RandomNumberGenerator.GetBytes(TokenBytes)) + "\n"));
        var token = Encoding.ASCII.GetString(file).Trim();
        return token.Length >= MinCharacters
            ? TokenDigest.Of(token)
            : throw new SetupException($"{path}: a token of {token.Length} characters can be guessed, {MinCharacters} are needed; delete the file to have one made");
    }

    private const int TokenBytes = 32;
    private const int MinCharacters = 32;
}
