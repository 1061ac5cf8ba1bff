namespace Shype.Attest.Isolation.Graph;

/// <summary>The picture's own style sheet, for light and dark. Red is kept for what is wrong or was asked for, amber for conflict sets.</summary>
internal static class SvgStyle
{
    /// <summary>Colours of channels; they repeat.</summary>
    public const int Hues = 8;

    public const string Sheet = """
        <style>
        text{font-family:system-ui,-apple-system,"Segoe UI","Noto Sans","DejaVu Sans",sans-serif;font-size:11px;fill:#1e293b}
        .title{font-size:21px;font-weight:650}.lead{font-size:13px;fill:#556377}.ask{font-size:13px;font-weight:600;fill:#c81e1e}.none{font-size:13px;font-weight:600;fill:#15703a}
        .head{font-size:12px;font-weight:600;fill:#556377}.name{font-size:13px;font-weight:600}.small{fill:#556377}
        .bg{fill:#ffffff}.panel{fill:#f3f6fb;stroke:#dbe3ef}.band{fill:#e4e9f2;stroke:#c3cddd}
        .card{fill:#ffffff;stroke:#c3cfdf}.apart{fill:#24324a;stroke:#24324a}.aparttext{font-size:13px;font-weight:600;fill:#ffffff}.apartsmall{fill:#c6d2e4}
        .device{fill:#f3f6fb;stroke:#a9b7cb;stroke-dasharray:4 3}.unknown{fill:#fff1f1;stroke:#dc2626}.bad{fill:#c81e1e;font-weight:600}
        .vm{fill:#e3ebf8;stroke:#c4d3ec}.vmapart{fill:#3a4b68;stroke:#52658a}.res{fill:#ffffff;stroke:#a9b7cb}
        .rail{fill:none;stroke:#24324a;stroke-width:2.5}.halo{fill:none;stroke:#f3f6fb;stroke-width:6}.arm{fill:none;stroke:#64748b;stroke-width:1.5}.raildot{fill:#ffffff;stroke:#24324a;stroke-width:2.5}.mark{fill:#24324a}
        .guide{fill:none;stroke:#d99a2b;stroke-width:1;stroke-dasharray:1 4;stroke-linecap:round}
        .set{fill:#fff8ea;stroke:#d98b12;stroke-width:1.5}.setname{font-size:12px;font-weight:600;fill:#8a4b08}.wall{fill:#ffffff;stroke:#e2b566}.wallruns{fill:#f9d488;stroke:#d98b12}.walltext{fill:#6b3a06}
        .setbad{fill:#fff1f1;stroke:#dc2626;stroke-width:2}.wallbad{fill:#dc2626;stroke:#dc2626}.wallbadtext{fill:#ffffff;font-weight:600}
        .way{fill:none;stroke:#dc2626;stroke-width:4;stroke-linejoin:round;stroke-linecap:round}.thin{stroke-width:2.5}.waybox{stroke:#dc2626;stroke-width:2.5}.waydot{fill:#dc2626;stroke:#ffffff;stroke-width:1.5}.wayend{fill:#dc2626;stroke:#dc2626;stroke-width:5;stroke-linejoin:round}
        .line{fill:none;stroke-width:2.5}.dot{stroke:#f3f6fb;stroke-width:1.5}.tagtext{fill:#ffffff;font-weight:600}
        .l0{stroke:#2456c9}.l1{stroke:#0b7f74}.l2{stroke:#7a33d6}.l3{stroke:#2b7a1f}.l4{stroke:#a32a91}.l5{stroke:#0a7299}.l6{stroke:#66700f}.l7{stroke:#4f46c4}
        .f0{fill:#2456c9}.f1{fill:#0b7f74}.f2{fill:#7a33d6}.f3{fill:#2b7a1f}.f4{fill:#a32a91}.f5{fill:#0a7299}.f6{fill:#66700f}.f7{fill:#4f46c4}
        @media (prefers-color-scheme:dark){
        text{fill:#e4ecf8}.lead,.head,.small{fill:#9fb0c9}.ask,.bad{fill:#ff8d8d}.none{fill:#74d69a}
        .bg{fill:#0c1320}.panel{fill:#131d2e;stroke:#263650}.band{fill:#1b273b;stroke:#33455f}
        .card{fill:#1d2a40;stroke:#3a4d6c}.apart{fill:#cbd6e6;stroke:#cbd6e6}.aparttext{fill:#111a29}.apartsmall{fill:#3b4a62}
        .device{fill:#131d2e;stroke:#54698a}.unknown{fill:#3a1a20;stroke:#f87171}
        .vm{fill:#2a3b58;stroke:#3d5379}.vmapart{fill:#e9eff8;stroke:#8fa2c0}.res{fill:#131d2e;stroke:#54698a}
        .rail{stroke:#cbd6e6}.halo{stroke:#131d2e}.arm{stroke:#8597b4}.raildot{fill:#0c1320;stroke:#cbd6e6}.mark{fill:#cbd6e6}
        .guide{stroke:#b98526}.set{fill:#2a210f;stroke:#c98a1f}.setname{fill:#f3c776}.wall{fill:#2a210f;stroke:#80601f}.wallruns{fill:#8a5d10;stroke:#e0a63c}.walltext{fill:#fbe3b4}
        .setbad{fill:#34161b;stroke:#f87171}.wallbad{fill:#f87171;stroke:#f87171}.wallbadtext{fill:#2a0d10}
        .way{stroke:#ff6b6b}.thin{stroke-width:2.5}.waybox{stroke:#ff6b6b}.waydot{fill:#ff6b6b;stroke:#0c1320}.wayend{fill:#ff6b6b;stroke:#ff6b6b}.dot{stroke:#131d2e}.tagtext{fill:#0c1320}
        .l0{stroke:#7ea8ff}.l1{stroke:#4fd1c1}.l2{stroke:#c09bff}.l3{stroke:#86d873}.l4{stroke:#f09be2}.l5{stroke:#63c7ee}.l6{stroke:#cdd765}.l7{stroke:#a9a3ff}
        .f0{fill:#7ea8ff}.f1{fill:#4fd1c1}.f2{fill:#c09bff}.f3{fill:#86d873}.f4{fill:#f09be2}.f5{fill:#63c7ee}.f6{fill:#cdd765}.f7{fill:#a9a3ff}
        }
        </style>
        """;
}
