using System.Text.Json.Serialization;

namespace Shype.Attest.Protocol;

/// <summary>The areas that AR4SI makes claims about; the number is the claim's CBOR key.</summary>
public enum TrustClaim
{
    /// <summary>Is this the machine that we know?</summary>
    InstanceIdentity = 0,

    /// <summary>Is it configured as it should be?</summary>
    Configuration = 1,

    /// <summary>Is the code that was loaded known?</summary>
    Executables = 2,

    /// <summary>Are the files known?</summary>
    FileSystem = 3,

    /// <summary>Is the hardware genuine?</summary>
    Hardware = 4,

    /// <summary>Who can see into its memory?</summary>
    RuntimeOpaque = 5,

    /// <summary>Who can see its stored secrets?</summary>
    StorageOpaque = 6,

    /// <summary>Where does its data come from?</summary>
    SourcedData = 7,
}

/// <summary>AR4SI's trustworthiness vector: one value per area, 0 where nothing is claimed.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TrustVector
{
    /// <summary>Is this the machine that we know?</summary>
    [JsonPropertyName("instance-identity")]
    public sbyte InstanceIdentity { get; init; }

    /// <summary>Is it configured as it should be?</summary>
    [JsonPropertyName("configuration")]
    public sbyte Configuration { get; init; }

    /// <summary>Is the code that was loaded known?</summary>
    [JsonPropertyName("executables")]
    public sbyte Executables { get; init; }

    /// <summary>Are the files known?</summary>
    [JsonPropertyName("file-system")]
    public sbyte FileSystem { get; init; }

    /// <summary>Is the hardware genuine?</summary>
    [JsonPropertyName("hardware")]
    public sbyte Hardware { get; init; }

    /// <summary>Who can see into its memory?</summary>
    [JsonPropertyName("runtime-opaque")]
    public sbyte RuntimeOpaque { get; init; }

    /// <summary>Who can see its stored secrets?</summary>
    [JsonPropertyName("storage-opaque")]
    public sbyte StorageOpaque { get; init; }

    /// <summary>Where does its data come from?</summary>
    [JsonPropertyName("sourced-data")]
    public sbyte SourcedData { get; init; }

    /// <summary>The value of one claim.</summary>
    [JsonIgnore]
    public sbyte this[TrustClaim claim] => claim switch
    {
        TrustClaim.InstanceIdentity => InstanceIdentity,
        TrustClaim.Configuration => Configuration,
        TrustClaim.Executables => Executables,
        TrustClaim.FileSystem => FileSystem,
        TrustClaim.Hardware => Hardware,
        TrustClaim.RuntimeOpaque => RuntimeOpaque,
        TrustClaim.StorageOpaque => StorageOpaque,
        TrustClaim.SourcedData => SourcedData,
        _ => throw new ArgumentOutOfRangeException(nameof(claim)),
    };

    /// <summary>The worst tier of all claims that say something.</summary>
    [JsonIgnore]
    public TrustTier Tier
    {
        get
        {
            var worst = TrustTier.None;
            for (var claim = TrustClaim.InstanceIdentity; claim <= TrustClaim.SourcedData; claim++)
            {
                var tier = TrustTiers.TierOf(this[claim]);
                worst = tier > worst ? tier : worst;
            }

            return worst;
        }
    }

    /// <summary>The same value everywhere: 99 when a signature failed, -1 when the verifier did.</summary>
    public static TrustVector All(sbyte value) => new()
    {
        InstanceIdentity = value,
        Configuration = value,
        Executables = value,
        FileSystem = value,
        Hardware = value,
        RuntimeOpaque = value,
        StorageOpaque = value,
        SourcedData = value,
    };
}
